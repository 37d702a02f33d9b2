import Networking
import Testing

@Suite struct AddressPolicyTests {
    @Test(arguments: [
        "127.0.0.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1",
        "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:808:808::1",
        "2001:0:1::1", "2001:db8::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "100::1",
        "2001:2::1", "2001:10::1", "2001:20::1", "3fff::1",
    ])
    func `public refuses what is not global unicast`(address: String) throws {
        #expect(!AddressPolicy.public.allows(try #require(IPAddress(address))))
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860::8888",
    ])
    func `public and any allow what is global unicast`(address: String) throws {
        let address = try #require(IPAddress(address))
        #expect(AddressPolicy.public.allows(address))
        #expect(AddressPolicy.any.allows(address))
    }

    @Test(arguments: [
        "169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254",
        "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "::169.254.169.254", "fd00:ec2::254", "fd20:ce::254",
        "100.100.100.200", "::ffff:0:a9fe:a9fe", "fe80::a9fe:a9fe", "fe80::5efe:a9fe:a9fe", "2001:0:1::5601:5601",
    ])
    func `metadata services are refused in every spelling and every policy`(address: String) throws {
        let address = try #require(IPAddress(address))
        #expect(!AddressPolicy.any.allows(address))
        #expect(!AddressPolicy.public.allows(address))
    }

    @Test(arguments: ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "fd12::1", "fe80::1", "169.254.1.1"])
    func `any allows what is one's own`(address: String) throws {
        #expect(AddressPolicy.any.allows(try #require(IPAddress(address))))
    }

    @Test(arguments: [
        "", "1", "127.1", "2130706433", "0x7f000001", "256.1.1.1", "1.2.3.4.5", "1.2.3", "1.2.3.4 ", "[::1]", "::g",
        "fe80::1%", "fe80::1%nosuchlink",
    ])
    func `only proper literals are addresses`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `addresses are written as RFC 5952 wants`() {
        #expect(IPAddress("2001:DB8:0:0:1:0:0:1")?.description == "2001:db8::1:0:0:1")
        #expect(IPAddress("fe80::1%lo")?.scope == 1)
        #expect(IPAddress(ipv4: 0x7f00_0001).description == "127.0.0.1")
        #expect(IPAddress(ipv4: 0xff64_630a).description == "255.100.99.10")
        #expect(IPAddress(ipv4: 0xffff_ffff).description == "255.255.255.255")
        #expect(IPAddress(ipv4: 0x0009_c8f0).description == "0.9.200.240")
    }
}
