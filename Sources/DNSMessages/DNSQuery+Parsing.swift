// Whoever has a container can send any bytes: each part is taken if it is there, there is no recursion and nothing is
// followed, and no more is allocated than the name.
extension DNSQuery {
    /// Reads a whole message: the payload of a UDP datagram, or what follows the length by TCP.
    ///
    /// Of the flags, those that mean something in a response alone are not looked at, and no option of EDNS is. Throws for
    /// whatever is not exactly one question, alone or with the OPT record of EDNS version 0: responses, other operations
    /// and classes, signed messages, and bytes behind the message. A name's compression pointer is refused, too: before
    /// the question there is no name that it could point to.
    package init(parsing bytes: Span<UInt8>) throws(DNSMessageError) {
        var position = 0
        id = try bytes.takeUInt16(at: &position)
        let flags = try bytes.takeUInt16(at: &position)
        guard flags & Flags.response == 0 else { throw .response }
        guard flags & Flags.opcode == 0 else { throw .opcode }
        recursionDesired = flags & Flags.recursionDesired != 0
        checkingDisabled = flags & Flags.checkingDisabled != 0
        let questions = try bytes.takeUInt16(at: &position)
        let answers = try bytes.takeUInt16(at: &position)
        let authorities = try bytes.takeUInt16(at: &position)
        let additional = try bytes.takeUInt16(at: &position)
        guard questions == 1, answers == 0, authorities == 0, additional <= 1 else { throw .sections }
        name = try bytes.takeName(at: &position)
        type = try bytes.takeUInt16(at: &position)
        guard try bytes.takeUInt16(at: &position) == 1 else { throw .questionClass }
        edns = additional == 1 ? try bytes.takeEDNS(at: &position) : nil
        guard position == bytes.count else { throw .trailing }
    }

    /// The same of an array.
    package init(parsing bytes: [UInt8]) throws(DNSMessageError) { try self.init(parsing: bytes.span) }
}

/// The header's flags (RFC 1035 §4.1.1, RFC 4035 §3).
enum Flags {
    static let response: UInt16 = 0x8000
    static let opcode: UInt16 = 0x7800
    static let truncated: UInt16 = 0x0200
    static let recursionDesired: UInt16 = 0x0100
    static let recursionAvailable: UInt16 = 0x0080
    static let checkingDisabled: UInt16 = 0x0010
}

/// The DO bit in the field of an OPT record that is the TTL of others (RFC 3225 §3).
let dnssecOK: UInt32 = 0x8000
/// The type of EDNS's record.
let optType: UInt16 = 41

/// Takes a message's parts one after another, each from `position`, which it advances.
extension Span<UInt8> {
    fileprivate func takeUInt8(at position: inout Int) throws(DNSMessageError) -> UInt8 {
        guard position < count else { throw .cut }
        defer { position += 1 }
        return self[position]
    }

    fileprivate func takeUInt16(at position: inout Int) throws(DNSMessageError) -> UInt16 {
        UInt16(try takeUInt8(at: &position)) << 8 | UInt16(try takeUInt8(at: &position))
    }

    fileprivate func takeUInt32(at position: inout Int) throws(DNSMessageError) -> UInt32 {
        UInt32(try takeUInt16(at: &position)) << 16 | UInt32(try takeUInt16(at: &position))
    }

    fileprivate func skip(_ length: Int, at position: inout Int) throws(DNSMessageError) {
        guard length <= count - position else { throw .cut }
        position += length
    }

    fileprivate func takeName(at position: inout Int) throws(DNSMessageError) -> DNSName {
        let start = position
        while true {
            let length = try takeUInt8(at: &position)
            guard length <= DNSName.maximumLabelLength else { throw .label }
            try skip(Int(length), at: &position)
            guard position - start <= DNSName.maximumLength else { throw .longName }
            if length == 0 { break }
        }
        let size = position - start
        return DNSName(
            checkedWire: [UInt8](unsafeUninitializedCapacity: size) { wire, written in
                for index in 0..<size { wire.initializeElement(at: index, to: self[start + index]) }
                written = size
            })
    }

    /// The OPT record of version 0, with its options' bytes skipped (RFC 6891 §6.1.2).
    fileprivate func takeEDNS(at position: inout Int) throws(DNSMessageError) -> DNSQuery.EDNS {
        guard try takeUInt8(at: &position) == 0, try takeUInt16(at: &position) == optType else { throw .additional }
        let size = try takeUInt16(at: &position)
        let fields = try takeUInt32(at: &position)
        guard fields >> 16 & 0xff == 0 else { throw .additional }
        try skip(Int(try takeUInt16(at: &position)), at: &position)
        return DNSQuery.EDNS(payloadSize: size, isDNSSECOK: fields & dnssecOK != 0)
    }
}
