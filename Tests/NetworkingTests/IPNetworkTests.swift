import Networking
import Testing

@Suite struct IPNetworkTests {
    @Test(
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "203.0.113.9", true),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.0/31", "192.0.2.1", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "10.0.0.1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::/64", "2001:db8::ffff:0:0:1", true), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
            ("2001:db8::1/128", "2001:db8::1", true), ("2001:db8::1", "2001:db8::2", false), ("::/0", "ff02::1", true),
        ]
    )
    func `a network contains its addresses`(_ network: String, _ address: String, _ contains: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(try #require(IPAddress(address))) == contains)
    }

    @Test(arguments: ["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0/8", "::/129", "a/8"])
    func `what is no network is refused`(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }
}
