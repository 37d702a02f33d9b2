/// Why a cryptographic step was refused.
package enum CryptoError: Error, Equatable, CustomStringConvertible {
    /// The text of a secret key is not base64 of 32 bytes; the payload says what it is.
    case badKey(String)
    /// A sealed box was changed, cut, or sealed with another key.
    case cannotOpen
    /// The system gave no memory for a password hash.
    case outOfMemory

    /// One sentence without any secret.
    package var description: String {
        switch self {
        case .badKey(let found):
            "The secret key must be base64 of 32 bytes (as from `openssl rand -base64 32`), but \(found)."
        case .cannotOpen: "The sealed text was changed or sealed with another key; set it again with this key."
        case .outOfMemory: "There is not enough memory to hash a password."
        }
    }
}
