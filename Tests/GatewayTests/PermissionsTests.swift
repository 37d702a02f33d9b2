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

    @Test func `every route lets in whom the table names and nobody else, by key and by cookie`() throws {
        let door = try Door()
        let keys = try Role.allCases.map { (role: $0, key: try door.makeKey($0)) }
        let people = try Role.allCases.map { (role: $0, id: try door.makePerson($0)) }
        for line in Permissions.table {
            let target = line.template.replacing("{id}", with: "999999")
            func expect(_ allowed: Bool, _ who: String, _ headers: [(name: String, value: String)]) {
                // A HEAD is asked for what a GET is.
                for method in line.method == .get ? [line.method, .head] : [line.method] {
                    let status = door.send(method, target, headers).status
                    #expect((status == 403) == !allowed, "\(method) \(target) by \(who): \(status)")
                    #expect(status != 401, "\(method) \(target) by \(who)")
                }
            }
            for (role, key) in keys {
                expect(line.need.allows(role), "\(role)'s key", [(name: "authorization", value: "Bearer \(key)")])
            }
            for (role, id) in people {
                // Anew for each route: one of them ends it.
                let headers = [try door.session(person: id), (name: "sec-fetch-site", value: "same-origin")]
                expect(line.need.allows(role), "\(role)'s cookie", headers)
            }
        }
    }

    @Test func `no route lets in who is nobody, by whatever method`() throws {
        let door = try Door()
        let credentials: [[(name: String, value: String)]] = [
            [], [("authorization", "Bearer apus_wrong")], [("authorization", "Bearer ")], [("authorization", "")],
            [("authorization", "Basic YTpi")], [("authorization", "Negotiate x")], [("cookie", "apus_session=wrong")],
            [("cookie", "apus_session=")], [("cookie", "apus_session")], [("authorization", door.admin)],
        ]
        for template in Set(Permissions.table.map(\.template)) {
            for method in HTTPMethod.allCases {
                let read = method == .head ? .get : method
                let need = Permissions.need(read, template)
                for headers in credentials {
                    let status = door.send(method, template.replacing("{id}", with: "1"), headers).status
                    let expected =
                        switch need {
                        case nil: method == .options ? 204 : 405
                        case .open: status == 401 ? 200 : status
                        // Wrong passwords wake the brake.
                        case .basic: status == 429 ? 429 : 401
                        default: 401
                        }
                    #expect(status == expected, "\(method) \(template) with \(headers)")
                }
            }
        }
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

extension Permissions.Need {
    /// Whether somebody of this role may call the route.
    fileprivate func allows(_ role: Role) -> Bool {
        switch self {
        case .open, .own: true
        case .role(let needed), .basic(let needed): role >= needed
        }
    }
}
