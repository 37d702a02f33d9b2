extension HTTPServer {
    /// The limits of a server.
    package struct Configuration: Sendable {
        /// Where to listen.
        package var listen: ListenAddress
        /// The threads that read requests and run the handlers of ``Route/Execution/loop``.
        package var loops = 2
        /// The threads that run the handlers of ``Route/Execution/worker``.
        package var workers = 8
        /// The threads that run the handlers of ``Route/Execution/compute``.
        package var computers = 2
        /// The requests that may wait for a thread of one of the two kinds; one more is answered 503.
        package var workerQueue = 1024
        /// The connections open at once; beyond, the one that has been idle longest makes room.
        ///
        /// Never more than three quarters of the files that the process may open.
        package var connections = 8192
        /// The connections open at once from one address (IPv6: one network of 64 bits).
        package var connectionsPerAddress = 4096
        /// The connections of one address that have not yet sent a request's headers; the oldest makes room.
        package var unfinishedPerAddress = 128
        /// The time from accepting a connection to the end of the first headers, in milliseconds.
        package var headerDeadline: Int64 = 10_000
        /// The time from the end of the headers to the end of the answer, in milliseconds; not for event streams.
        package var requestDeadline: Int64 = 30_000
        /// The time that a connection may stay open between two requests, in milliseconds.
        package var idleDeadline: Int64 = 60_000
        /// The time between two heartbeats of an event stream, in milliseconds.
        package var heartbeat: Int64 = 15_000

        /// The usual limits.
        package init(listen: ListenAddress) {
            self.listen = listen
        }
    }

    /// One request that was answered or broke off, as metrics want it.
    package struct Observation: Sendable {
        /// The template of the route; empty if none matched or the request was refused before.
        package let template: StaticString
        /// The method; nil if it is not one that is known.
        package let method: HTTPMethod?
        /// The status answered; 0 if the connection broke before.
        package let status: Int
        /// From the request line to the last byte of the answer, in microseconds.
        package let microseconds: Int64
    }

    /// What a server has counted since its start.
    package struct Counters: Sendable, Equatable {
        /// Connections open now.
        package var connections = 0
        /// Connections accepted.
        package var accepted = 0
        /// Requests answered, refused ones included.
        package var requests = 0
        /// Requests refused before routing.
        package var malformed = 0
        /// Connections shut because a deadline had passed.
        package var timedOut = 0
        /// Connections shut to make room for others.
        package var evicted = 0
        /// Requests answered 503 because too many waited for a worker.
        package var overloaded = 0
        /// Event streams open now.
        package var streams = 0
        /// Event streams cut off because their client read too slowly.
        package var streamsDropped = 0
    }
}
