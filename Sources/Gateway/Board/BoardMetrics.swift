import Service

/// What the board and its streams count, asked for at each scrape.
enum BoardMetrics {
    /// Registers every metric.
    static func register(_ metrics: Metrics, board: Board, updates: BoardUpdates) {
        metrics.sampled("apus_gateway_board_monitors", "Monitors whose status is in memory.") {
            Double(board.count)
        }
        metrics.sampled("apus_gateway_board_stale", "1 while changes may be missing.") { board.isStale ? 1 : 0 }
        metrics.sampled("apus_gateway_board_updates_total", "Messages of the processor that were taken over.") {
            Double(updates.counters.messages)
        }
        metrics.sampled("apus_gateway_board_gaps_total", "Holes in the numbers of a writer.") {
            Double(updates.counters.gaps)
        }
        metrics.sampled("apus_gateway_board_outages_total", "Times that the subscription broke.") {
            Double(updates.counters.outages)
        }
        metrics.sampled("apus_gateway_streams", "Clients that follow live changes.") { Double(board.live.count) }
    }
}
