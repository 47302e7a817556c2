import Glibc

/// A failed netlink request.
package struct NetlinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's errno, or one of the kinds below, which are negative.
    package struct Code: Hashable, Sendable, RawRepresentable {
        package let rawValue: CInt
        package init(rawValue: CInt) { self.rawValue = rawValue }

        /// Not a netlink message: too short, too long for its frame, or with the wrong sender or sequence number.
        package static let malformed = Code(rawValue: -1)
        /// No answer by the deadline. Whether the request was carried out is unknown.
        package static let timedOut = Code(rawValue: -2)
        /// The table changed again and again while it was being listed.
        package static let interrupted = Code(rawValue: -3)

        package static let exists = Code(rawValue: EEXIST)
        package static let busy = Code(rawValue: EBUSY)
        package static let noDevice = Code(rawValue: ENODEV)
        package static let noEntry = Code(rawValue: ENOENT)
        package static let noProcess = Code(rawValue: ESRCH)
        package static let noAddress = Code(rawValue: EADDRNOTAVAIL)
        package static let notSupported = Code(rawValue: EOPNOTSUPP)
        package static let invalid = Code(rawValue: EINVAL)
    }

    package let code: Code
    /// The request, and why it failed: `add address 10.0.0.2/24 to interface 7: file exists (already assigned)`.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The failure of a system call or of a request: `what: the error's name`, and the kernel's extended message if it
    /// sent one.
    package init(errno number: CInt, _ what: String, kernel words: String? = nil) {
        code = Code(rawValue: number)
        message = "\(what): \(Self.name(of: number))" + (words.map { " (\($0))" } ?? "")
    }

    static func malformed(_ message: String) -> NetlinkError { NetlinkError(.malformed, message) }

    package var description: String { message }

    /// errno's text in lower case, as our own messages are.
    private static func name(of number: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
