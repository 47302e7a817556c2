import NIOHTTP1

extension RequestHead {
    /// The header fields that are about the connection and the request's framing, read once.
    struct Fields {
        var hosts = 0
        var host = ""
        /// `Connection` names `close`, `keep-alive`, `upgrade`.
        var closes = false
        var staysOpen = false
        var namesUpgrade = false
        /// `Upgrade` is present.
        var upgrades = false
        var contentLength: Int?
        var lengths = 0
        var codings: [String] = []
        var expectsContinue = false
        var unknownExpectation: String?
        /// Bytes of all names and values.
        var size = 0

        init(_ headers: HTTPHeaders) throws(HTTPRefusal) {
            for (name, value) in headers {
                size += name.utf8.count + value.utf8.count
                // Nearly all names differ in their length from those that matter here.
                switch name.utf8.count {
                case 4 where name.lowercased() == "host":
                    hosts += 1
                    host = value
                case 6 where name.lowercased() == "expect":
                    if value.lowercased() == "100-continue" {
                        expectsContinue = true
                    } else {
                        unknownExpectation = value
                    }
                case 7 where name.lowercased() == "upgrade": upgrades = true
                case 10 where name.lowercased() == "connection":
                    for option in Self.list(value) {
                        switch option {
                        case "close": closes = true
                        case "keep-alive": staysOpen = true
                        case "upgrade": namesUpgrade = true
                        default: break
                        }
                    }
                case 14 where name.lowercased() == "content-length":
                    lengths += 1
                    guard !value.isEmpty, value.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let length = Int(value) else {
                        throw .bad("Content-Length is not a number.")
                    }
                    contentLength = length
                case 17 where name.lowercased() == "transfer-encoding": codings += Self.list(value)
                default: break
                }
            }
        }

        /// Refuses ambiguous framing, which allows request smuggling.
        func checkFraming(isOld: Bool) throws(HTTPRefusal) {
            guard lengths <= 1 else { throw .bad("Content-Length is given \(lengths) times.") }
            guard !codings.isEmpty else { return }
            guard !isOld else { throw .bad("HTTP/1.0 has no Transfer-Encoding.") }
            guard lengths == 0 else { throw .bad("Content-Length and Transfer-Encoding exclude each other.") }
            guard codings == ["chunked"] else {
                throw HTTPRefusal(status: 501, "The only supported Transfer-Encoding is chunked, once.")
            }
        }

        /// The members of a list, in lower case (RFC 9110 §5.6.1).
        private static func list(_ value: String) -> [String] {
            value.lowercased().split(separator: ",").map { member in
                String(member.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
            }.filter { !$0.isEmpty }
        }
    }
}
