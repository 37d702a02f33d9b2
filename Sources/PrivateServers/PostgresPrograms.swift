import Glibc

/// Where PostgreSQL's programs are: on the PATH, or where Debian keeps each version's.
struct PostgresPrograms {
    let initdb: String
    let postgres: String

    init() throws(PrivateServerError) {
        let debian = Self.versions(under: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
        guard let initdb = findProgram("initdb", more: debian), let postgres = findProgram("postgres", more: debian)
        else {
            throw PrivateServerError(
                "PostgreSQL's initdb and postgres are neither on the PATH nor in /usr/lib/postgresql: "
                    + "install postgresql (Debian: apt install postgresql), or set DATABASE_URL"
            )
        }
        self.initdb = initdb
        self.postgres = postgres
    }

    /// The numbers of the versions in the folder, the newest first.
    private static func versions(under folder: String) -> [Int] {
        guard let handle = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(handle) }
        var versions: [Int] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let version = Int(name) { versions.append(version) }
        }
        return versions.sorted(by: >)
    }
}
