/// One row's change between two replicas.
public enum Change: Sendable {
    case inserted(any Row)
    case updated(old: any Row, new: any Row)
    case deleted(any Row)

    /// The row before the change, if it is one of `R`.
    public func old<R: Row>(_ type: R.Type) -> R? {
        switch self {
        case .inserted: nil
        case .updated(let old, _), .deleted(let old): old as? R
        }
    }

    /// The row after the change, if it is one of `R`.
    public func new<R: Row>(_ type: R.Type) -> R? {
        switch self {
        case .inserted(let new), .updated(_, let new): new as? R
        case .deleted: nil
        }
    }
}
