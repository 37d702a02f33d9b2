import Crypto

/// Where the next page of a list begins: opaque to clients, refused when it was made up or comes from another list.
///
/// Holds the sort key of the last item of the page before, so that rows which are added or removed meanwhile make
/// nothing skip or double (design §7). Immutable; safe from every thread.
struct Cursor: Sendable {
    private static let codeLength = 8

    private let key: [UInt8]
    private let list: String

    /// The cursors of one list, told from all others by `list`, a word without `|`.
    init(_ list: String, key: SecretKey) {
        self.list = list
        self.key = key.derived(for: "cursor")
    }

    /// The cursor that continues after an item with this sort key; its parts hold no `|`.
    func encode(_ parts: [String]) -> String {
        let payload = Array(parts.joined(separator: "|").utf8)
        return Base64.encodeURL(self.code(of: payload) + payload)
    }

    /// The sort key of a cursor of this list with `count` parts; `nil` where it is none of ours.
    func decode(_ text: String, count: Int) -> [String]? {
        guard text.utf8.count <= 512, let bytes = Base64.decodeURL(text), bytes.count > Cursor.codeLength else {
            return nil
        }
        let payload = Array(bytes[Cursor.codeLength...])
        guard isEqualInConstantTime(Array(bytes[..<Cursor.codeLength]), self.code(of: payload)) else { return nil }
        let parts = String(decoding: payload, as: UTF8.self).split(separator: "|", omittingEmptySubsequences: false)
        return parts.count == count ? parts.map(String.init) : nil
    }

    private func code(of payload: [UInt8]) -> [UInt8] {
        // The list is a part of what is sealed: the cursor of another one has another code.
        let sealed = Array("\(self.list)|".utf8) + payload
        return Array(BLAKE2b.hash(sealed, key: self.key, length: 16).prefix(Cursor.codeLength))
    }
}
