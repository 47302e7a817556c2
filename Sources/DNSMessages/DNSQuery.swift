/// A standard query (RFC 1035 §4.1) of one question in the class IN, with EDNS (RFC 6891) or without.
package struct DNSQuery: Hashable, Sendable {
    /// What the response is recognized by, among other things.
    package let id: UInt16
    /// As it is spelled in the question: resolvers that mix upper and lower case expect the same back.
    package let name: DNSName
    /// QTYPE, of which ``a``, ``aaaa`` and ``ptr`` have a name here.
    package let type: UInt16
    package let recursionDesired: Bool
    /// RFC 4035 §3.2.2.
    package let checkingDisabled: Bool
    /// Nil for a query without EDNS.
    package let edns: EDNS?

    /// What the sender of a query says of itself in its OPT record.
    package struct EDNS: Hashable, Sendable {
        /// The largest datagram that it can receive, in bytes, as it says: not necessarily 512 or more.
        package let payloadSize: UInt16
        /// The DO bit, which a response repeats (RFC 3225 §3).
        package let isDNSSECOK: Bool
    }

    package static let a: UInt16 = 1
    package static let ptr: UInt16 = 12
    package static let aaaa: UInt16 = 28

    /// The largest datagram that we send or say that we receive, in bytes.
    package static let largestDatagram: UInt16 = 4096

    /// The most bytes of a response by UDP: 512 without EDNS (RFC 1035 §4.2.1), else what the sender can receive, at
    /// least 512 (RFC 6891 §6.2.3) and at most ``largestDatagram``.
    package var datagramLimit: Int {
        edns.map { Int(min(max($0.payloadSize, 512), Self.largestDatagram)) } ?? 512
    }
}
