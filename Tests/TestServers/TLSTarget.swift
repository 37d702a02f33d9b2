import CLinux
import Glibc

/// An HTTPS server on 127.0.0.1: `openssl s_server -www` with a certificate made for this run.
package final class TLSTarget: @unchecked Sendable {
    // Unchecked: everything is set in `init` and only read afterwards.

    /// What its certificate is like.
    package enum Certificate: Sendable {
        /// For 127.0.0.1, valid for 30 days, signed by itself; trusted by those who are given ``TLSTarget/authority``.
        case good
        /// For another name.
        case wrongHost
        /// Over since yesterday.
        case expired
    }

    /// The port, chosen by the kernel.
    package let port: UInt16
    /// The file with the certificate (PEM).
    package let authority: String
    private let folder: String
    private let process: pid_t

    /// Makes a certificate, starts the server and waits until it listens; `nil` if `openssl` is not there.
    package init?(_ certificate: Certificate = .good, arguments: [String] = []) {
        var template = Array("/tmp/apus-tls-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { return nil }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (key, file) = ("\(folder)/key.pem", "\(folder)/cert.pem")
        let name = certificate == .wrongHost ? "DNS:other.test" : "IP:127.0.0.1,DNS:good.test"
        var request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        request += ["-keyout", key, "-out", file, "-subj", "/CN=scripted", "-addext", "subjectAltName=\(name)"]
        request += ["-days", "30"]
        let port = LoopbackSocket.closedPort()
        guard let making = TLSTarget.spawn(request), TLSTarget.wait(making) == 0,
            certificate != .expired || TLSTarget.age(file, key, in: folder),
            let process = TLSTarget.spawn(
                ["s_server", "-accept", "127.0.0.1:\(port)", "-key", key, "-cert", file, "-www", "-quiet"] + arguments
            )
        else { return nil }
        self.folder = folder
        self.port = port
        self.authority = file
        self.process = process
        guard TLSTarget.listens(port) else { return nil }
    }

    deinit {
        kill(self.process, SIGKILL)
        _ = TLSTarget.wait(self.process)
        let made = ["key.pem", "cert.pem", "request.pem", "ca.cnf", "index.txt", "index.txt.attr", "index.txt.old"]
        for file in made + ["serial", "serial.old", "01.pem"] { unsafe unlink("\(self.folder)/\(file)") }
        unsafe rmdir(self.folder)
    }

    /// `https://127.0.0.1:port/`.
    package var url: String { "https://127.0.0.1:\(self.port)/" }

    /// Signs the certificate's key again for a month of the year 2020, which only `openssl ca` can do.
    private static func age(_ file: String, _ key: String, in folder: String) -> Bool {
        let settings = """
            [ca]
            default_ca=d
            [d]
            database=\(folder)/index.txt
            new_certs_dir=\(folder)
            default_md=sha256
            policy=p
            serial=\(folder)/serial
            x509_extensions=e
            [p]
            commonName=supplied
            [e]
            subjectAltName=IP:127.0.0.1

            """
        TLSTarget.write(settings, "\(folder)/ca.cnf")
        TLSTarget.write("", "\(folder)/index.txt")
        TLSTarget.write("01\n", "\(folder)/serial")
        let csr = "\(folder)/request.pem"
        let dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
        let common = ["ca", "-batch", "-notext", "-selfsign", "-config", "\(folder)/ca.cnf", "-keyfile", key]
        guard let asking = TLSTarget.spawn(["req", "-new", "-key", key, "-out", csr, "-subj", "/CN=scripted"]),
            TLSTarget.wait(asking) == 0,
            let signing = TLSTarget.spawn(common + ["-in", csr, "-out", file] + dates)
        else { return false }
        return TLSTarget.wait(signing) == 0
    }

    private static func write(_ text: String, _ path: String) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        _ = unsafe Glibc.write(descriptor, text, text.utf8.count)
        close(descriptor)
    }

    private static func spawn(_ arguments: [String]) -> pid_t? {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words: [UnsafeMutablePointer<CChar>?] = unsafe (["openssl"] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var process = pid_t()
        let code = unsafe posix_spawnp(&process, "openssl", &actions, nil, &words, environ)
        return code == 0 ? process : nil
    }

    private static func wait(_ process: pid_t) -> Int32 {
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        return status
    }

    /// Waits up to 10 s until a connection is taken.
    private static func listens(_ port: UInt16) -> Bool {
        for _ in 0..<500 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
            let code = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if code == 0 { return true }
            usleep(20_000)
        }
        return false
    }
}
