import ArgumentParser
import Discretion
import Glibc
import Identity

/// Where a new password comes from. Never from the command line or the environment, which others can read.
struct PasswordSource: ParsableArguments {
    @Option(help: ArgumentHelp("A file with the password, which others must not read.", valueName: "file"))
    var passwordFile: String?

    @Flag(help: "Make a password, and print it once.")
    var generate = false

    func validate() throws {
        if passwordFile != nil, generate {
            throw ValidationError("--password-file and --generate exclude each other")
        }
    }

    /// The password: of the file, made, or asked for on the terminal, twice.
    func read(for user: String) throws -> String {
        let password: String
        if generate {
            password = PasswordHash.newSecret()
        } else if let passwordFile {
            var text: String
            do { text = String(decoding: try SecretFile.read(passwordFile), as: UTF8.self) } catch {
                throw CommandFailure("\(error)")
            }
            // Editors end a file with a newline, which is not part of the password.
            if text.last?.isNewline == true { text.removeLast() }
            password = text
        } else {
            password = try Terminal.ask("Password of \(user.plain()): ")
            guard try Terminal.ask("The same again: ") == password else {
                throw CommandFailure("the two passwords differ; nothing was changed")
            }
        }
        if let fault = IdentityPassword.fault(password) { throw CommandFailure("the password \(fault)") }
        return password
    }

    /// Prints a password that was made.
    func show(_ password: String) { if generate { print(password) } }
}

/// The terminal of the command, without an echo.
private enum Terminal {
    static func ask(_ question: String) throws -> String {
        guard let terminal = fopen("/dev/tty", "r+e") else {
            throw CommandFailure("there is no terminal to ask for the password: use --password-file or --generate")
        }
        defer { fclose(terminal) }
        let descriptor = fileno(terminal)
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else {
            throw CommandFailure("cannot turn the terminal's echo off: \(String(cString: strerror(errno)))")
        }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else {
            throw CommandFailure("cannot turn the terminal's echo off: \(String(cString: strerror(errno)))")
        }
        defer {
            tcsetattr(descriptor, TCSAFLUSH, &settings)
            fputs("\n", terminal)
        }
        fputs(question, terminal)
        fflush(terminal)
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        let length = getline(&line, &size, terminal)
        defer { free(line) }
        guard length > 0, let line else { throw CommandFailure("no password was given; nothing was changed") }
        let text = String(cString: line)
        return text.last?.isNewline == true ? String(text.dropLast()) : text
    }
}
