import Glibc

/// Asks again and again until `condition` holds, at most for `limit`; whether it came to hold.
package func eventually(within limit: Duration = .seconds(25), _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try condition() { return true }
        usleep(5_000)
    }
    return try condition()
}
