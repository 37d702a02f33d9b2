/// A fixed number of threads that do slow work, with a bounded queue before them.
final class WorkerPool: @unchecked Sendable {
    // Sendable although it has variables: all of them are touched only with the gate's lock held.
    private let gate = Gate()
    private let capacity: Int
    private var queue: [@Sendable () -> Void] = []
    private var head = 0
    private var isStopped = false

    /// Starts `threads` threads; up to `capacity` jobs may wait for them.
    init(threads: Int, capacity: Int) {
        self.capacity = capacity
        for _ in 0..<threads {
            startThread { self.work() }
        }
    }

    /// Takes a job; false if too many are waiting or the pool has stopped.
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        self.gate.lock()
        defer { self.gate.unlock() }
        guard !self.isStopped, self.queue.count - self.head < self.capacity else { return false }
        self.queue.append(job)
        self.gate.wakeOne()
        return true
    }

    /// Forgets the jobs that wait and lets the threads end after the job at hand.
    func stop() {
        self.gate.lock()
        defer { self.gate.unlock() }
        self.isStopped = true
        self.queue = []
        self.head = 0
        self.gate.wakeAll()
    }

    private func work() {
        while let job = self.next() { job() }
    }

    private func next() -> (@Sendable () -> Void)? {
        self.gate.lock()
        defer { self.gate.unlock() }
        while self.head == self.queue.count {
            if self.isStopped { return nil }
            self.gate.wait()
        }
        let job = self.queue[self.head]
        self.head += 1
        if self.head == self.queue.count || self.head >= 1024 {
            self.queue.removeFirst(self.head)
            self.head = 0
        }
        return job
    }
}
