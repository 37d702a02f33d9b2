import CRdKafka
import Glibc
import Synchronization

/// The owner of a `rd_kafka_t` and of the queue its events arrive on.
///
/// `@unchecked Sendable`: librdkafka's client and queues are safe for all threads. Events and messages hold memory of
/// the client, so whoever keeps one keeps this object.
@safe final class ClientHandle: @unchecked Sendable {
    let raw: OpaquePointer
    let queue: OpaquePointer
    private let isConsumer: Bool

    init(taking raw: OpaquePointer, type: rd_kafka_type_t) {
        unsafe self.raw = raw
        self.isConsumer = type == RD_KAFKA_CONSUMER
        if self.isConsumer {
            unsafe rd_kafka_poll_set_consumer(raw)
        }
        unsafe self.queue =
            self.isConsumer
            ? (rd_kafka_queue_get_consumer(raw) ?? rd_kafka_queue_get_main(raw))
            : rd_kafka_queue_get_main(raw)
        unsafe rd_kafka_set_log_queue(raw, self.queue)
    }

    deinit {
        unsafe rd_kafka_queue_destroy(self.queue)
        unsafe Destruction.run(self.raw, isConsumer: self.isConsumer)
    }

    /// Takes the next event; nil when `milliseconds` passed or somebody called `wakeUp`.
    func nextEvent(within milliseconds: Int32) -> OpaquePointer? {
        unsafe rd_kafka_queue_poll(self.queue, milliseconds)
    }

    /// Throws away what nobody asks for, so that the queue of a client that isn't polled doesn't grow.
    func discardEvents() {
        while let event = unsafe self.nextEvent(within: 0) {
            unsafe rd_kafka_event_destroy(event)
        }
    }

    /// Ends a `nextEvent` that waits, or the next one; from any thread.
    func wakeUp() {
        unsafe rd_kafka_queue_yield(self.queue)
    }

    /// Why the client is beyond repair, if it is.
    var fatalError: KafkaError? {
        var reason = ""
        let code = unsafe withErrorText(&reason) { text, size in
            unsafe rd_kafka_fatal_error(self.raw, text, size)
        }
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(KafkaError.Code(code), reason, isFatal: true)
    }
}

/// Destroys a client on a thread of its own, because 2.0.2 can hang there for ever (librdkafka #4187, #4724).
@safe private final class Destruction: @unchecked Sendable {
    // Written before the thread starts and read only by it.
    private let raw: OpaquePointer
    private let flags: Int32
    private let isDone = Atomic(false)

    private init(_ raw: OpaquePointer, flags: Int32) {
        unsafe self.raw = raw
        self.flags = flags
    }

    /// Waits for the destruction, but at most a second: a client that hangs stays behind until the process ends.
    static func run(_ raw: OpaquePointer, isConsumer: Bool) {
        let flags = isConsumer ? Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) : 0
        let destruction = unsafe Destruction(raw, flags: flags)
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(destruction)
        guard unsafe pthread_create(&thread, nil, destroyClient, context.toOpaque()) == 0 else {
            unsafe context.takeRetainedValue().destroy()
            return
        }
        pthread_detach(thread)
        for _ in 0..<1000 where !destruction.isDone.load(ordering: .acquiring) {
            usleep(1000)
        }
    }

    fileprivate func destroy() {
        unsafe rd_kafka_destroy_flags(self.raw, self.flags)
        self.isDone.store(true, ordering: .releasing)
    }
}

/// The body of the thread that destroys a client; it owns its context.
private func destroyClient(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<Destruction>.fromOpaque(context).takeRetainedValue().destroy()
    return nil
}
