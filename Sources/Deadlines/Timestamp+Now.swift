import Glibc

extension Timestamp {
    /// The moment of the call, by the system's clock.
    package static var now: Timestamp { Timestamp(seconds: Int64(time(nil))) }
}
