import Service
import Testing

/// Runs each test of a suite on a thread of its own: tests that wait for servers would otherwise keep Swift's few
/// pool threads, and with them all other tests.
struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadPerJob.shared) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    static var ownThread: OwnThread { OwnThread() }
}

/// Starts a thread for every job, which may then wait as long as it likes.
private final class ThreadPerJob: TaskExecutor {
    static let shared = ThreadPerJob()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        _ = DedicatedThread("test") { [self] in unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
