import Glibc
import Redis
import TestServers

/// nginx and webdis serving the same documents.
final class StatusPeers {
    let nginxPort: UInt16
    let webdisPort: UInt16
    private var processes: [MeasuredProcess] = []

    /// Starts them; nginx has the documents as files of their names, webdis as keys.
    init(in folder: BenchFolder, documents: [String: String]) throws {
        self.nginxPort = LoopbackSocket.closedPort()
        self.webdisPort = LoopbackSocket.closedPort()
        let redisPort = LoopbackSocket.closedPort()
        for (name, document) in documents { _ = try folder.write(name, document) }
        let site = try folder.write(
            "nginx.conf",
            """
            daemon off; worker_processes 2; pid \(folder.path)/nginx.pid; error_log \(folder.path)/nginx.error;
            events { worker_connections 4096; }
            http {
                access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; open_file_cache max=100;
                default_type application/json;
                client_body_temp_path \(folder.path)/body; proxy_temp_path \(folder.path)/proxy;
                fastcgi_temp_path \(folder.path)/fastcgi; uwsgi_temp_path \(folder.path)/uwsgi;
                scgi_temp_path \(folder.path)/scgi;
                server { listen 127.0.0.1:\(self.nginxPort); root \(folder.path); }
            }

            """
        )
        let bridge = try folder.write(
            "webdis.json",
            """
            {"redis_host":"127.0.0.1","redis_port":\(redisPort),"http_host":"127.0.0.1",
             "http_port":\(self.webdisPort),"threads":2,"pool_size":20,"daemonize":false,"verbosity":0,
             "logfile":"\(folder.path)/webdis.out","acl":[{"disabled":[]}]}

            """
        )
        func start(_ name: String, _ program: String, _ arguments: [String]) throws {
            self.processes.append(try MeasuredProcess(name, program, arguments, in: folder))
        }
        try start("nginx", "/usr/sbin/nginx", ["-c", site])
        try start(
            "redis-for-webdis",
            "/usr/bin/redis-server",
            ["--bind", "127.0.0.1", "--port", "\(redisPort)", "--save", ""]
        )
        try waitUntilListening(self.nginxPort)
        // Redis closes a connection that speaks HTTP, which is an answer as well; webdis starts once it is there.
        try wait("redis") { try LoopbackHTTP(port: redisPort).send("GET", "/", nil).1 != "errno 111" }
        try start("webdis", "/usr/bin/webdis", [bridge])
        try waitUntilListening(self.webdisPort)
        let redis = RedisConnection(try RedisURL("redis://127.0.0.1:\(redisPort)"))
        for (name, document) in documents {
            try redis.command("SET", RedisArgument(name), RedisArgument(Array(document.utf8)))
        }
    }

    /// The processor time of nginx with its workers so far, in microseconds.
    var nginxCPU: Int64 { self.processes[0].cpuOfFamily }
    /// The processor time of webdis so far, in microseconds.
    var webdisCPU: Int64 { self.processes[2].cpu }

    /// Ends them.
    func end() {
        for process in self.processes.reversed() { process.end() }
    }
}
