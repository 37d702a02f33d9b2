import EventLoop
import Events

/// Gathers the results of one loop for the log.
///
/// A batch costs the log, its client and its readers nearly the same however much is in it (docs/benchmarks.md). So
/// what says the same as before waits for company, at most ``patience``; news goes at once and takes along what
/// waits, so that the order stays. Confined to the loop's thread.
final class ResultBatch {
    /// How long a result may wait, in microseconds.
    static let patience: Int64 = 200_000
    /// How many may wait.
    static let capacity = 1_000

    private let publish: @Sendable ([CheckResult]) -> Void
    private var waiting: [CheckResult] = []
    private var timer: LoopTimer?

    /// An empty batch; `publish` must not wait.
    init(on loop: EventLoop, publish: @escaping @Sendable ([CheckResult]) -> Void) {
        self.publish = publish
        self.timer = LoopTimer(on: loop) { [unowned self] in self.flush() }
    }

    /// Takes a result; what waits is published with it when it is news.
    func add(_ result: CheckResult, isNews: Bool) {
        self.waiting.append(result)
        if isNews || self.waiting.count >= ResultBatch.capacity {
            self.flush()
        } else if let timer = self.timer, !timer.isSet {
            // The same moments for every loop, so that what they publish meets in the client's queue.
            timer.set(at: (MonotonicTime.now / ResultBatch.patience + 1) * ResultBatch.patience)
        }
    }

    /// Publishes what waits.
    func flush() {
        self.timer?.cancel()
        guard !self.waiting.isEmpty else { return }
        self.publish(self.waiting)
        self.waiting.removeAll(keepingCapacity: true)
    }
}
