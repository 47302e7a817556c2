import FoundationEssentials
import NeutronAPI

extension Timestamp {
    /// The moment of the call, by the system's clock.
    static var now: Timestamp { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
}
