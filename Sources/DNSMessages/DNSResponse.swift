package import NetAddress

/// The data of an answer; its owner is the question's name.
package enum DNSRecord: Hashable, Sendable {
    case a(IPv4Address)
    case aaaa(IPv6Address)
    case ptr(DNSName)

    fileprivate var type: UInt16 {
        switch self {
        case .a: DNSQuery.a
        case .aaaa: DNSQuery.aaaa
        case .ptr: DNSQuery.ptr
        }
    }

    fileprivate var dataLength: Int {
        switch self {
        case .a: 4
        case .aaaa: 16
        case .ptr(let name): name.wire.count
        }
    }

    /// Bytes on the wire: a pointer to the question's name, type, class, TTL, the data's length, the data.
    fileprivate var length: Int { 12 + dataLength }
}

/// What a query is answered with: that it went well, and any number of records, none where the name has none of the type.
///
/// As Docker's resolver says it, recursion is available and the answer not authoritative.
package struct DNSResponse: Sendable {
    private let query: DNSQuery
    private let records: [DNSRecord]
    private let ttl: UInt32

    /// `ttl` is in seconds. With 0 nobody keeps a record: the answer is a call away, and a container's address can be
    /// another one the next second.
    package init(to query: DNSQuery, records: [DNSRecord], ttl: UInt32 = 0) {
        (self.query, self.records, self.ttl) = (query, records, ttl)
    }

    /// The most bytes of any message: by TCP its length has 16 bits.
    package static let maximumLength = 65_535

    /// The message, of at most `limit` bytes: ``DNSQuery/datagramLimit`` by UDP, ``maximumLength`` by TCP, whose two bytes
    /// of length are not part of it. Records that do not fit are left out, and the flag TC says so (RFC 2181 §9). Header,
    /// question and OPT record, which are at most 282 bytes, come in any case.
    package func bytes(limit: Int) -> [UInt8] {
        var length = 12 + query.name.wire.count + 4 + (query.edns == nil ? 0 : 11)
        let limit = min(limit, Self.maximumLength)
        var count = 0
        for record in records {
            guard length + record.length <= limit else { break }
            length += record.length
            count += 1
        }
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, written in
            var writer = MessageWriter(buffer)
            writeHeader(count, to: &writer)
            writer.put(query.name.wire)
            writer.put(query.type)
            writer.put(UInt16(1))
            for record in records[..<count] { write(record, to: &writer) }
            if let edns = query.edns { write(edns, to: &writer) }
            written = writer.count
        }
    }

    private func writeHeader(_ count: Int, to writer: inout MessageWriter) {
        var flags = Flags.response | Flags.recursionAvailable
        if query.recursionDesired { flags |= Flags.recursionDesired }
        if query.checkingDisabled { flags |= Flags.checkingDisabled }
        if count < records.count { flags |= Flags.truncated }
        writer.put(query.id)
        writer.put(flags)
        writer.put(UInt16(1))
        writer.put(UInt16(count))
        writer.put(UInt16(0))
        writer.put(UInt16(query.edns == nil ? 0 : 1))
    }

    private func write(_ record: DNSRecord, to writer: inout MessageWriter) {
        // A compression pointer to the question's name, which follows the header (RFC 1035 §4.1.4).
        writer.put(UInt16(0xc000 | 12))
        writer.put(record.type)
        writer.put(UInt16(1))
        writer.put(ttl)
        writer.put(UInt16(record.dataLength))
        switch record {
        case .a(let address): writer.put(address.bits)
        case .aaaa(let address): writer.put(address.bits)
        case .ptr(let name): writer.put(name.wire)
        }
    }

    private func write(_ edns: DNSQuery.EDNS, to writer: inout MessageWriter) {
        writer.put(UInt8(0))
        writer.put(optType)
        writer.put(DNSQuery.largestDatagram)
        writer.put(edns.isDNSSECOK ? dnssecOK : 0)
        writer.put(UInt16(0))
    }
}

/// Writes numbers in network order into memory whose size was computed beforehand. What would be too much traps.
private struct MessageWriter {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        let size = Number.bitWidth / 8
        precondition(count + size <= buffer.count, "the message is longer than was computed")
        for index in 0..<size {
            let shift = Number(truncatingIfNeeded: 8 * (size - 1 - index))
            buffer.initializeElement(at: count + index, to: UInt8(truncatingIfNeeded: number >> shift))
        }
        count += size
    }

    mutating func put(_ bytes: [UInt8]) {
        precondition(count + bytes.count <= buffer.count, "the message is longer than was computed")
        for (index, byte) in bytes.enumerated() { buffer.initializeElement(at: count + index, to: byte) }
        count += bytes.count
    }
}
