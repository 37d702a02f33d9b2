import Projections

extension FaultPoint {
    /// Rows are leased to this process, nothing was sent yet.
    static let afterLease = FaultPoint("after_lease")
    /// A receiver has answered, memory does not know it yet.
    static let afterSend = FaultPoint("after_send")
    /// Memory knows what became of an attempt, its row does not.
    static let beforeMarkSent = FaultPoint("before_mark_sent")
}
