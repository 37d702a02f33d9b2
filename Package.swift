// swift-tools-version:6.3
import PackageDescription

/// One list for every target: Swift 6, memory safety marked, every warning an error, imports explicit.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A C library of the system: a module map and a `shim.h` under `Sources/CLibraries`.
func cLibrary(_ name: String, _ package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/CLibraries/\(name)", providers: [.apt([package])])
}

/// Rounding of `Double` is libm's, which Swift links by itself only where Glibc is imported.
let mathematics: [LinkerSetting] = [.linkedLibrary("m")]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        resources: resources,
        swiftSettings: settings,
        linkerSettings: mathematics
    )
}

func process(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .executableTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name)] + dependencies,
        exclude: exclude,
        swiftSettings: settings
    )
}

let package = Package(
    name: "apus",
    products: [
        .executable(name: "apus", targets: ["Apus"]),
        .executable(name: "pinger", targets: ["Pinger"]),
        .executable(name: "processor", targets: ["Processor"]),
        .executable(name: "alerter", targets: ["Alerter"]),
        .executable(name: "gateway", targets: ["Gateway"]),
    ],
    targets: [
        // C libraries: nothing but module maps.
        cLibrary("CLinux", "libc6-dev"),
        cLibrary("CRdKafka", "librdkafka-dev"),
        cLibrary("CPostgres", "libpq-dev"),
        cLibrary("CHiredis", "libhiredis-dev"),
        cLibrary("CCurl", "libcurl4-openssl-dev"),
        cLibrary("CAres", "libc-ares-dev"),
        cLibrary("CMicrohttpd", "libmicrohttpd-dev"),
        cLibrary("CJansson", "libjansson-dev"),
        cLibrary("CSodium", "libsodium-dev"),
        cLibrary("CZlib", "zlib1g-dev"),

        // Wrappers: each one C library or one concern, ignorant of the product.
        library("EventLoop", ["CLinux"]),
        library("Networking", ["EventLoop", "CAres", "CLinux"]),
        library("HTTPClient", ["EventLoop", "Networking", "CCurl"]),
        library("HTTPServer", ["CMicrohttpd", "CZlib", "CLinux"]),
        library("JSON", ["CJansson"]),
        library("Crypto", ["CSodium"]),
        library("Kafka", ["CRdKafka", "CLinux"]),
        library("Postgres", ["CPostgres", "CLinux"]),
        library("Redis", ["CHiredis", "CLinux"]),
        library("PrivateServers", ["CLinux"]),

        // The product's own words and parts.
        library("Events"),
        library("Service", ["Crypto", "HTTPServer", "CLinux"]),
        library("Schema", ["Postgres"], resources: [.embedInCode("Migrations")]),
        library("Projections", ["Kafka", "Postgres", "Service"]),
        library("Checks", ["Events", "HTTPClient", "Networking", "EventLoop"]),
        library("History", ["Events", "Postgres"]),
        library("Latest", ["Events"]),

        // The processes; none imports another.
        process(
            "Pinger",
            ["Events", "Checks", "Kafka", "Crypto", "HTTPClient", "Networking", "EventLoop", "Service", "CLinux"]
        ),
        process(
            "Processor",
            ["Events", "Projections", "History", "Latest", "Schema", "Service", "Kafka", "Postgres", "Redis"]
        ),
        process(
            "Alerter",
            [
                "Events", "Projections", "Schema", "Service", "Kafka", "Postgres", "HTTPClient", "Networking",
                "EventLoop",
                "JSON", "Crypto", "CLinux",
            ]
        ),
        process(
            "Gateway",
            [
                "Events", "Projections", "History", "Latest", "Schema", "Service", "Kafka", "Postgres", "Redis",
                "HTTPServer", "JSON",
                "Crypto", "Networking",
            ],
            resources: [.embedInCode("API/openapi.yaml")]
        ),
        process(
            "Apus",
            [
                "Events", "Checks", "Kafka", "Crypto", "JSON", "HTTPClient", "HTTPServer", "Networking", "EventLoop",
                "Service", "PrivateServers", "CLinux",
            ]
        ),

        // Tests: one folder a module. `TestServers` starts the real servers they run against, and holds what they share.
        .target(
            name: "TestServers",
            dependencies: ["PrivateServers", "Postgres", "CLinux"],
            path: "Tests/TestServers",
            swiftSettings: settings
        ),
        tests("EventLoop", ["TestServers"]),
        tests("Networking", ["TestServers", "EventLoop"]),
        tests("HTTPClient", ["TestServers", "EventLoop", "Networking"]),
        tests("HTTPServer", ["TestServers"]),
        tests("JSON"),
        tests("Crypto"),
        tests("Kafka", ["TestServers"]),
        tests("Postgres", ["TestServers", "Service"]),
        tests("Redis", ["TestServers"]),
        tests("PrivateServers", ["TestServers", "Postgres"]),
        // The state machine written a second time, plainly, to hold the first to it.
        .target(
            name: "NaiveModel",
            dependencies: ["Events", "TestServers"],
            path: "Tests/NaiveModel",
            swiftSettings: settings
        ),
        tests("Events", ["NaiveModel", "TestServers"], exclude: ["Golden"]),
        tests("Service", ["TestServers", "PrivateServers", "Crypto"]),
        tests("Schema", ["TestServers", "Postgres"]),
        // A projection that only counts, also as a process of its own, which can be killed.
        .executableTarget(
            name: "ToyProjection",
            dependencies: ["Projections", "Kafka", "Postgres", "Service"],
            path: "Tests/ToyProjection",
            swiftSettings: settings
        ),
        tests(
            "Projections",
            ["ToyProjection", "TestServers", "PrivateServers", "Schema", "Kafka", "Postgres", "Service"]
        ),
        tests("Checks", ["TestServers", "Events", "HTTPClient", "Networking", "EventLoop"]),
        tests("History", ["TestServers", "Schema", "Events", "Postgres"]),
        tests("Latest", ["Events"]),
        tests(
            "Pinger",
            [
                "TestServers", "PrivateServers", "Events", "Kafka", "Checks", "Crypto", "Networking", "EventLoop",
                "Service",
            ]
        ),
        tests(
            "Processor",
            [
                "TestServers", "Events", "Kafka", "Postgres", "Redis", "Schema", "Projections", "History", "Latest",
                "Service",
            ]
        ),
        tests(
            "Alerter",
            [
                "TestServers", "PrivateServers", "Events", "Kafka", "Postgres", "Schema", "Projections", "HTTPClient",
                "Networking", "Service", "Crypto",
            ]
        ),
        tests(
            "Gateway",
            [
                "TestServers", "Events", "Kafka", "Postgres", "Redis", "Schema", "Service", "HTTPServer", "JSON",
                "Crypto", "Latest", "History", "Networking",
            ]
        ),
        tests("Apus", ["TestServers", "PrivateServers", "Service", "Checks", "Events", "JSON"]),
        // Measures the processes from outside; `scripts/bench` runs it.
        .executableTarget(
            name: "Bench",
            dependencies: [
                "TestServers", "PrivateServers", "Events", "Kafka", "Latest", "Postgres", "Redis", "Schema", "Service",
                "JSON",
            ],
            path: "Benchmarks/Bench",
            swiftSettings: settings
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "TestServers", "NaiveModel", "PrivateServers", "Service", "Events", "History", "Latest", "Kafka",
                "Postgres", "Redis", "JSON", "Crypto", "Apus", "Pinger", "Processor", "Alerter", "Gateway",
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
