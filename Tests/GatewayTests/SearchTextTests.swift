import Testing

@testable import Gateway

@Suite struct SearchTextTests {
    private func folded(_ text: String) -> String { String(decoding: SearchText.folded(text), as: UTF8.self) }

    @Test(arguments: [
        ("API gateway 7", "api gateway 7"),
        ("Crème Brûlée", "creme brulee"),
        ("Cre\u{300}me Bru\u{302}le\u{301}e", "creme brulee"),
        ("Straße STRASSE STRAẞE", "strasse strasse strasse"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
        ("Łódź Ørsted Đakovo Þór", "lodz orsted dakovo thor"),
        ("Ærø œuvre", "aero oeuvre"),
        ("ﬁnance eﬃcient", "finance efficient"),
        ("ＡＰＩ１　ｔｅｓｔ", "api1 test"),
        ("Ёлка ёлка", "елка елка"),
        ("zone² no\u{A0}break ٣", "zone2 no break 3"),
        ("soft\u{AD}hyphen zero\u{200B}width", "softhyphen zerowidth"),
        ("\u{212A}elvin \u{212B}ngström", "kelvin angstrom"),
    ])
    func `ways to write the same are the same`(_ text: String, _ expected: String) {
        #expect(self.folded(text) == expected)
        // Once more changes nothing, and the upper case is the same.
        #expect(self.folded(expected) == expected)
        #expect(self.folded(text.uppercased()) == expected)
    }

    @Test func `composed and decomposed are the same, letters stay what they are`() {
        #expect(SearchText.folded("가") == SearchText.folded("\u{1100}\u{1161}"))
        #expect(SearchText.folded("が") == SearchText.folded("か\u{3099}"))
        #expect(!SearchText.folded("が").contains(SearchText.folded("か")))
        #expect(SearchText.folded("कि") != SearchText.folded("क"))
        #expect(SearchText.folded("日本") == Array("日本".utf8))
        #expect(SearchText.folded("🦅") == Array("🦅".utf8))
    }

    @Test func `every character folds to something that folds to itself`() {
        for value in UInt32(0)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let once = self.folded(String(scalar))
            #expect(self.folded(once) == once, "U+\(String(value, radix: 16))")
        }
    }

    @Test func `words are parted by any space`() {
        #expect(SearchText.words("  Été\u{3000}À la ") == ["ete", "a", "la"].map { Array($0.utf8) })
        #expect(SearchText.words(" \u{301} ").isEmpty)
        #expect(SearchText.words("\n").isEmpty && SearchText.words("\t\r\n\u{B}\u{C}").isEmpty)
        #expect(SearchText.words("a\tb\nc") == ["a", "b", "c"].map { Array($0.utf8) })
    }
}
