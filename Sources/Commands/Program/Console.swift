import Glibc

/// Where a command speaks: results on stdout, everything else on stderr.
package struct Console: Sendable {
    /// Takes whole lines for stdout.
    package var output: @Sendable (String) -> Void
    /// Takes whole lines for stderr.
    package var errors: @Sendable (String) -> Void
    /// Whether a person watches stderr: only then is progress worth telling.
    package var isInteractive: Bool
    /// Columns of the terminal on stdout; `nil` where it is none.
    package var width: Int?

    package init(
        output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void,
        isInteractive: Bool = false, width: Int? = nil
    ) {
        self.output = output
        self.errors = errors
        self.isInteractive = isInteractive
        self.width = width
    }

    /// The process's own.
    package static func standard() -> Console {
        Console(
            output: { write($0 + "\n", to: STDOUT_FILENO) }, errors: { write($0 + "\n", to: STDERR_FILENO) },
            isInteractive: isatty(STDERR_FILENO) == 1, width: terminalWidth())
    }

    /// Unbuffered, so that nothing is held back when the process is killed.
    private static func write(_ text: String, to descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return  // The reader has gone: there is nobody left to tell.
            }
        }
    }

    private static func terminalWidth() -> Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }
}
