package import Crypto

extension SettingType where Value == SecretKey {
    /// A key of 32 bytes in base64, which is never shown.
    package static var secretKey: Self {
        Self(
            expectation: "32 bytes in base64, as head -c 32 /dev/urandom | base64 makes them",
            isSecret: true,
            placeholder: SecretKey(),
            parse: { try? SecretKey(base64: $0) },
            show: { $0.description }
        )
    }
}

extension SettingsReader {
    /// Declares and reads `APUS_SECRET_KEY`, without which no process that seals or opens may run (design §2.11).
    package mutating func secretKey() -> SecretKey {
        self.required(
            "APUS_SECRET_KEY",
            .secretKey,
            "The key that seals secrets at rest and on the log, the same for all processes: 32 bytes in base64."
        )
    }
}
