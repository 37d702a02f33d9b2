import CLinux
import Glibc
import Synchronization

/// A program that runs as a child of this process.
///
/// The thread that starts the child belongs to it alone and lives until it has ended: the kernel's
/// parent-death signal looks at the thread, not at the process. Every method may be called from any thread.
/// Dropping the object neither ends the child nor forgets to reap it.
package final class ChildProcess: Sendable {
    /// The child's process id; of no use once `exit` is known, as the kernel may give it away again.
    package let id: Int32

    /// Becomes and stays readable when the child has ended: for `poll`, never to be read or closed.
    package var exitDescriptor: Int32 { self.life.ended.descriptor }

    /// What the child writes to its standard output, when `Stream.pipe` was asked for.
    ///
    /// The caller reads it and closes it.
    package let output: Int32?

    /// What the child writes to its standard error, when `Stream.pipe` was asked for.
    ///
    /// The caller reads it and closes it.
    package let error: Int32?

    private let life: ChildLife

    /// Starts a program.
    ///
    /// Blocks until the program runs (a few milliseconds). Throws `ChildProcessError` when it could not be started.
    package init(_ command: ChildCommand) throws(ChildProcessError) {
        let streams = try ChildStreams(command)
        defer { streams.closeChildSides() }
        let life = ChildLife(ended: try ChildEvent())
        switch ChildThread.start(command, streams, life) {
        case .success(let id): self.id = id
        case .failure(let error):
            streams.closeParentSides()
            throw error
        }
        self.life = life
        self.output = streams.parentOutput
        self.error = streams.parentError
    }

    /// How the child ended; nil while it runs.
    package var exit: ChildExit? { self.life.state.withLock { $0.exit } }

    /// Waits for the end of the child, at most `deadline`; nil when it still runs then.
    package func wait(_ deadline: Duration) -> ChildExit? {
        _ = waitReadable(self.exitDescriptor, deadline)
        return self.exit
    }

    /// Sends a signal to the child, or to its whole process group when it leads one.
    ///
    /// Returns false when it has ended already; it never reaches another process.
    @discardableResult
    package func signal(_ number: Int32, group: Bool = false) -> Bool {
        self.life.state.withLock { state in
            guard state.exit == nil else { return false }
            return kill(group ? -self.id : self.id, number) == 0
        }
    }

    /// Asks with one signal after another, waiting `patience` after each, until the child has ended.
    ///
    /// SIGKILL follows last and is waited for without a limit (only a process stuck in the kernel outlives it).
    package func end(_ signals: [Int32] = [SIGTERM], patience: Duration) -> ChildExit? {
        for number in signals {
            guard self.signal(number) else { break }
            if let exit = self.wait(patience) { return exit }
        }
        self.signal(SIGKILL)
        return self.wait(.seconds(10))
    }
}

/// How a child ended.
package enum ChildExit: Sendable, Equatable {
    /// It exited with this status, 0 … 255.
    case status(Int32)
    /// This signal killed it.
    case signal(Int32)
}

/// Why a program could not be started.
package struct ChildProcessError: Error, Equatable, CustomStringConvertible {
    /// The program or file that the failed call was about.
    package let path: String
    /// The kernel's `errno`.
    package let code: Int32

    package var description: String {
        "cannot start \(self.path): \(unsafe String(cString: strerror(self.code)))"
    }
}
