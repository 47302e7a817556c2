// Rooms: NetAddress DHCPOptions
// Files: Tests/TestServers/OVNLexer.swift

import DHCPOptions
import NetAddress

/// Whatever an option's value is, what is written of it lexes as one constant, or one list of constants, of the option's type, and
/// reads as the same value again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDHCPOptions(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: size)
    guard let first = bytes.first else { return 0 }
    let option = options[Int(first) % options.count]
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    let value: DHCPValue
    do throws(DHCPOptionRefusal) { value = try option.parse(text) } catch {
        precondition(!error.reason.isEmpty)
        return 0
    }
    let written = option.text(value)
    var tokens = OVNToken.all(of: written)
    let allowed = constants(of: value, in: option)
    if case .symbol("{")? = tokens.first {
        precondition(tokens.last == .symbol("}"), written)
        tokens = Array(tokens.dropFirst().dropLast())
    }
    precondition(tokens.count % 2 == 1, written)
    for (place, token) in tokens.enumerated() {
        precondition(place % 2 == 1 ? token == .symbol(",") : allowed.contains(token), "\(option.name) = \(written)")
    }
    do throws(DHCPOptionRefusal) {
        let again = try option.parse(written)
        precondition(again == value, "reads differently when written again: \(written)")
    } catch { preconditionFailure("\(written) \(error.reason)") }
    var row = ["router": text, "server_id": text]
    row[option.name] = text
    precondition(DHCPAnswer(option.version, row: row).row[option.name] == written)
    return 0
}

private let options = DHCPOption.all4 + DHCPOption.all6

private func constants(of value: DHCPValue, in option: DHCPOption) -> Set<OVNToken> {
    switch value {
    case .addresses: option.version == .v4 ? [.ipv4] : [.ipv6]
    case .flag: [.integer, .name("true"), .name("false")]
    case .number: [.integer]
    case .text, .domains: [.string]
    case .routes: [.ipv4, .masked]
    case .mac: [.ethernet]
    }
}
