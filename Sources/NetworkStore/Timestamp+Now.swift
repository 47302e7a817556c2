import FoundationEssentials
import NeutronAPI

extension Timestamp {
    /// The current time by the system's clock.
    static var now: Timestamp { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
}
