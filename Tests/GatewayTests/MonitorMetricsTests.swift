import Events
import Latest
import Testing

@testable import Gateway
@testable import Service

@Suite struct MonitorMetricsTests {
    private func board() -> Board {
        let board = Board()
        var up = BoardFixture.document(1, .up, offset: 1, group: "web")
        up.card?.name = "Shop \"EU\""
        up.card?.degraded = true
        up.card?.since = 1_500
        up.card?.regions = [
            "us": .init(outcome: .up, latencyMs: nil, slot: 1),
            "eu": .init(outcome: .degraded, latencyMs: 1_250, slot: 1, certificateExpiresAt: 1_798_761_600_000),
        ]
        var down = BoardFixture.document(2, .down, offset: 2)
        down.card?.name = "Mail"
        down.card?.since = 2_000
        var unknown = BoardFixture.document(3, .unknown, offset: 3)
        unknown.card?.name = "Disk"
        unknown.card?.since = 3_000
        unknown.card?.regions = ["eu": .init(outcome: .up, latencyMs: 7, slot: 1)]
        board.apply([up, down, unknown].compactMap(StatusRendering.entry), now: 4_000)
        return board
    }

    private func exposition(_ board: Board, limit: Int, now: Int64 = 4_000) -> String {
        let metrics = Metrics()
        let monitors = MonitorMetrics(board, limit: limit)
        metrics.written { monitors.write(to: &$0, now: now) }
        return metrics.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
    }

    @Test func `every monitor is shown, and what is not known has no value`() {
        #expect(
            self.exposition(self.board(), limit: 10) == """
                apus_gateway_monitors_without_metrics 0
                apus_monitor_up{monitor="1",name="Shop \\"EU\\"",group="web"} 1
                apus_monitor_up{monitor="2",name="Mail",group=""} 0
                apus_monitor_state{monitor="1",name="Shop \\"EU\\"",group="web",state="up"} 1
                apus_monitor_state{monitor="2",name="Mail",group="",state="down"} 1
                apus_monitor_state{monitor="3",name="Disk",group="",state="unknown"} 1
                apus_monitor_degraded{monitor="1",name="Shop \\"EU\\"",group="web"} 1
                apus_monitor_degraded{monitor="2",name="Mail",group=""} 0
                apus_monitor_degraded{monitor="3",name="Disk",group=""} 0
                apus_monitor_state_since_timestamp_seconds{monitor="1",name="Shop \\"EU\\"",group="web"} 1.5
                apus_monitor_state_since_timestamp_seconds{monitor="2",name="Mail",group=""} 2
                apus_monitor_state_since_timestamp_seconds{monitor="3",name="Disk",group=""} 3
                apus_monitor_latency_seconds{monitor="1",name="Shop \\"EU\\"",group="web",region="eu"} 1.25
                apus_monitor_latency_seconds{monitor="2",name="Mail",group="",region="eu"} 0.012345
                apus_monitor_certificate_expiry_seconds{monitor="1",name="Shop \\"EU\\"",group="web"} 1798761600
                """
        )
    }

    @Test func `a status that has grown too old is no longer up`() {
        let board = Board()
        var document = BoardFixture.document(1, .up, offset: 1)
        document.card?.unknownFrom = 5_000
        board.apply([document].compactMap(StatusRendering.entry), now: 4_000)
        #expect(self.exposition(board, limit: 10, now: 4_999).contains("apus_monitor_up{"))
        let later = self.exposition(board, limit: 10, now: 5_000)
        #expect(!later.contains("apus_monitor_up{"))
        #expect(later.contains(#"state="unknown"} 1"#))
    }

    @Test func `no more monitors are shown than the setting allows, and the rest is counted`() {
        let text = self.exposition(self.board(), limit: 2)
        #expect(text.contains("apus_gateway_monitors_without_metrics 1\n"))
        #expect(!text.contains("Disk"))
        #expect(self.exposition(self.board(), limit: 0) == "apus_gateway_monitors_without_metrics 3")
    }
}
