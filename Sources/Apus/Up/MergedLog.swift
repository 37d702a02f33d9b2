import Glibc
import Service
import Synchronization

/// The one log of all processes under `apus up`, each line with its process in front.
///
/// Any thread may write; lines never mix. A reader who takes nothing holds up only the threads that pump the children's
/// pipes: the children themselves drop lines rather than wait.
final class MergedLog: Sendable {
    private let descriptor: Int32
    private let rendering: LogRendering
    private let lock = Mutex(())

    /// Writes to a descriptor, which stays open; `width` is the length of the longest process name.
    init(descriptor: Int32 = STDERR_FILENO, rendering: LogRendering) {
        self.descriptor = descriptor
        self.rendering = rendering
    }

    /// Writes a line of `apus` itself.
    func say(_ text: String) {
        self.write(self.rendering.own(text))
    }

    /// Writes a line of a child.
    func line(_ bytes: [UInt8], from process: String) {
        self.write(self.rendering.line(bytes, from: process))
    }

    /// Writes text as it is, as the banner.
    func write(_ text: String) {
        let bytes = Array(text.utf8)
        self.lock.withLock { _ in
            var written = 0
            while written < bytes.count {
                let count = unsafe bytes.withUnsafeBytes { buffer in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                    return unsafe Glibc.write(self.descriptor, rest.baseAddress, rest.count)
                }
                if count > 0 {
                    written += count
                } else if errno != EINTR && errno != EAGAIN {
                    return
                }
            }
        }
    }
}
