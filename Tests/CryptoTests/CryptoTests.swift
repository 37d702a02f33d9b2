import Crypto
import Testing

@Suite struct CryptoTests {
    /// RFC 4231 §4, without the truncated case.
    static let signatures: [(key: [UInt8], message: [UInt8], code: String)] = [
        (
            [UInt8](repeating: 0x0B, count: 20), [UInt8]("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            [UInt8]("Jefe".utf8), [UInt8]("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](1...25), [UInt8](repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]

    @Test func `HMAC-SHA256 agrees with RFC 4231`() {
        for vector in Self.signatures {
            #expect(Hex.encode(HMACSHA256.code(of: vector.message, key: vector.key)) == vector.code)
        }
    }

    @Test func `BLAKE2b and SHA-256 agree with their standards`() {
        let abc = [UInt8]("abc".utf8)
        #expect(
            Hex.encode(BLAKE2b.hash(abc, length: 64))
                == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        )
        #expect(Hex.encode(SHA256.hash(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        // The first keyed vector of the reference implementation: no message, key 00 01 … 3f.
        #expect(
            Hex.encode(BLAKE2b.hash([], key: [UInt8](0..<64), length: 64))
                == "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
                + "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568"
        )
    }

    @Test func `SipHash agrees with the vectors of its authors`() {
        let (none, some) = ([UInt8](), [UInt8](0..<15))
        let key = [UInt8](0..<16)
        #expect(Hex.encode(self.sip(none, key)) == "a3817f04ba25a8e66df67214c7550293")
        #expect(Hex.encode(self.sip(some, key)) == "5493e99933b0a8117e08ec0f97cfc3d9")
    }

    private func sip(_ message: [UInt8], _ key: [UInt8]) -> [UInt8] { SipHash(message.span, key: key).bytes }

    @Test func `what is sealed is opened with the same key only, and only unchanged`() throws {
        let key = SecretKey()
        for message in [[], [7], [UInt8](repeating: 1, count: 10_000)] as [[UInt8]] {
            let sealed = key.seal(message)
            #expect(sealed.count == message.count + 40)
            #expect(key.seal(message) != sealed)
            #expect(try key.open(sealed) == message)
            #expect(throws: CryptoError.cannotOpen) { try SecretKey().open(sealed) }
            for index in [0, 24, sealed.count - 1] {
                var changed = sealed
                changed[index] ^= 1
                #expect(throws: CryptoError.cannotOpen) { try key.open(changed) }
            }
            #expect(throws: CryptoError.cannotOpen) { try key.open([UInt8](sealed.dropLast())) }
        }
        #expect(throws: CryptoError.cannotOpen) { try key.open([1, 2, 3]) }
    }

    @Test func `a secret key is read from base64 of 32 bytes and never printed`() throws {
        let key = SecretKey()
        #expect(try SecretKey(base64: " \(key.base64)\n") == key)
        #expect(key != SecretKey())
        #expect("\(key)" == "SecretKey(hidden)" && !String(reflecting: key).contains(key.base64))
        #expect(throws: CryptoError.badKey("it is empty")) { try SecretKey(base64: "\n") }
        #expect(throws: CryptoError.badKey("it is not base64")) { try SecretKey(base64: "secret!") }
        #expect(throws: CryptoError.badKey("it decodes to 3 bytes")) { try SecretKey(base64: "AAAA") }
        #expect(key.derived(for: "a") == key.derived(for: "a") && key.derived(for: "a") != key.derived(for: "b"))
    }

    @Test func `encodings agree with RFC 4648 and refuse the rest`() {
        let vectors = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        for (text, encoded) in vectors {
            #expect(Base64.encode([UInt8](text.utf8)) == encoded)
            #expect(Base64.decode(encoded) == [UInt8](text.utf8))
        }
        #expect(
            Base64.encodeURL([0xFB, 0xFF, 0xFE, 0]) == "-__-AA" && Base64.decodeURL("-__-AA") == [0xFB, 0xFF, 0xFE, 0]
        )
        for bad in ["Zg", "Zg=", "Zg==x", "Z===", "Zm9v\n", "Zm 9v", "-__-"] {
            #expect(Base64.decode(bad) == nil, "\(bad)")
        }
        for bad in ["Zg==", "+/+/"] { #expect(Base64.decodeURL(bad) == nil, "\(bad)") }
        #expect(Hex.encode([0, 0x7F, 0xFF]) == "007fff" && Hex.decode("007fFF") == [0, 0x7F, 0xFF])
        #expect(Hex.decode("0") == nil && Hex.decode("0g") == nil)
    }

    @Test func `passwords are verified`() throws {
        let hash = try PasswordHash.make("correct horse")
        #expect(hash.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$"))
        #expect(PasswordHash.verify("correct horse", against: hash))
        #expect(!PasswordHash.verify("correct hors", against: hash))
        #expect(!PasswordHash.verify("correct horse", against: "nonsense"))
    }

    @Test func `random bytes differ and constant-time comparison compares`() {
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
        #expect(SecureRandom.bytes(0).isEmpty && SecureRandom.bytes(5).count == 5)
        #expect(isEqualInConstantTime([1, 2], [1, 2]) && isEqualInConstantTime([], []))
        #expect(!isEqualInConstantTime([1, 2], [1, 3]) && !isEqualInConstantTime([1], [1, 2]))
    }
}
