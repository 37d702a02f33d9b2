import Glibc
import Synchronization

/// The thread that serves a producer's events.
final class ProducerThread: Sendable {
    private let queue: ProducerQueue
    private let thread: Mutex<pthread_t?>

    init(_ queue: ProducerQueue) throws(KafkaError) {
        self.queue = queue
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(queue)
        guard unsafe pthread_create(&thread, nil, serveProducer, context.toOpaque()) == 0 else {
            unsafe context.release()
            throw KafkaError(.state, "the producer's thread can't be started: raise the limit of threads")
        }
        self.thread = Mutex(thread)
    }

    /// Ends the thread after it has served what is there; waits for it, except when called on it.
    func end() {
        guard let thread = self.thread.withLock({ $0.take() }) else { return }
        self.queue.stop()
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }
}

/// The body of the thread; it owns its context.
private func serveProducer(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<ProducerQueue>.fromOpaque(context).takeRetainedValue().serve()
    return nil
}
