import HTTPServer
import Testing

@testable import Gateway

/// Every route against every kind of caller, as the one table says.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PermissionsTests {
    @Test func `the table has a line for every route and no other`() throws {
        let door = try Door()
        let routes = door.api.routes.map { "\($0.method.rawValue) \($0.template)" }
        let lines = Permissions.table.map { "\($0.method.rawValue) \($0.template)" }
        #expect(Set(lines).count == lines.count)
        #expect(Set(routes) == Set(lines))
    }

    @Test func `every route lets in whom the table names and nobody else`() throws {
        let door = try Door()
        let keys = try Role.allCases.map { (role: $0, key: try door.makeKey($0)) }
        for line in Permissions.table {
            let target = line.template.replacing("{id}", with: "999999")
            let name = "\(line.method.rawValue) \(target)"
            for wrong in [nil, "apus_wrong", ""] {
                let status = door.send(line.method, target, key: wrong, body: "").status
                #expect((status == 401) == (line.need != .open), "\(name) with \(wrong ?? "no key")")
            }
            for (role, key) in keys {
                let status = door.send(line.method, target, key: key, body: "").status
                #expect((status == 403) == !Self.allows(line.need, role), "\(name) as \(role): \(status)")
                #expect(status != 401, "\(name) as \(role)")
            }
        }
    }

    private static func allows(_ need: Permissions.Need, _ role: Role) -> Bool {
        if case .role(let needed) = need { role >= needed } else { true }
    }

    @Test func `who may not is told so before the body is looked at`() throws {
        let door = try Door()
        let viewer = try door.makeKey(.viewer)
        let large = String(repeating: "x", count: 300 << 10)
        #expect(door.send(.post, "/api/v1/monitors", key: viewer, body: large).status == 403)
        #expect(door.send(.post, "/api/v1/monitors", key: nil, body: large).status == 401)
        #expect(door.send(.post, "/api/v1/monitors", key: door.admin, body: large).status == 413)
    }
}
