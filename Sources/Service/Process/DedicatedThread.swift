import CLinux
import Glibc

/// One named thread of the operating system that runs one closure to its end.
///
/// For loops that wait in C (a consumer, an event loop): they must not block Swift's cooperative pool. The thread starts
/// at once; it ends when its closure returns, so stopping it is the closure's own affair. Dropping the owner without
/// ``join()`` leaves the thread running. @unchecked: `handle` is written before the object is shared, and then only read.
package final class DedicatedThread: @unchecked Sendable {
    private let handle: pthread_t

    /// Starts a thread; `name` (cut to 15 bytes) is seen in `ps -L` and in debuggers.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let start = ThreadStart(name: name, body: body)
        var thread = pthread_t()
        let opaque = unsafe Unmanaged.passRetained(start).toOpaque()
        let code = unsafe pthread_create(&thread, nil, runThread, opaque)
        precondition(code == 0, "the operating system refused a thread (code \(code)): raise the limit of threads")
        self.handle = thread
    }

    /// Waits until the closure has returned; to be called once, from another thread.
    package func join() {
        pthread_join(self.handle, nil)
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Runs on the new thread; owns one reference to its `ThreadStart`.
private func runThread(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let opaque = unsafe opaque else { return nil }
    let start = unsafe Unmanaged<ThreadStart>.fromOpaque(opaque).takeRetainedValue()
    unsafe start.name.withCString { unsafe _ = apus_name_thread($0) }
    start.body()
    return nil
}
