/// An edit of a monitor, written to the log before the definition itself (design §3, the relay).
package enum Change: Sendable, Hashable {
    /// The definition as it now is.
    case defined(Monitor)
    /// The monitor is gone: its id, the generation of the deletion (above the last definition's) and when, Unix ms.
    case deleted(monitor: Int64, generation: Int64, at: Int64)

    /// Whose change.
    package var monitor: Int64 {
        switch self {
        case .defined(let monitor): monitor.id
        case .deleted(let monitor, _, _): monitor
        }
    }

    /// When it was made, Unix ms.
    package var at: Int64 {
        switch self {
        case .defined(let monitor): monitor.updatedAt
        case .deleted(_, _, let at): at
        }
    }

    /// The generation that it makes.
    package var generation: Int64 {
        switch self {
        case .defined(let monitor): monitor.generation
        case .deleted(_, let generation, _): generation
        }
    }
}
