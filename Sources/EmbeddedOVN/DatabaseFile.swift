import Glibc

/// A file of ovsdb-server(1), made and brought up to date with ovsdb-tool(1).
struct DatabaseFile: Hashable, Sendable {
    let path: String
    /// The file of the schema.
    let schema: String

    /// A transaction (RFC 7047 §4.1.3) that is made on the file, whatever comes of it.
    var transaction: String?

    /// Makes the file if there is none, converts one of an older schema, and makes the transaction.
    func prepare() async throws(EmbeddedOVNError) {
        guard access(schema, R_OK) == 0 else {
            throw EmbeddedOVNError(
                "\(schema) is missing (Debian has it in ovn-central; --schema-folder names another place)")
        }
        if access(path, F_OK) != 0 {
            try await tool("create", path, schema)
        } else if try await tool("needs-conversion", path, schema).contains("yes") {
            try await tool("convert", path, schema)
        }
        if let transaction { try await tool("transact", path, transaction) }
    }

    @discardableResult
    private func tool(_ arguments: String...) async throws(EmbeddedOVNError) -> String {
        let program = try Program.find("ovsdb-tool", ["-vconsole:warn", "-vsyslog:off"] + arguments)
        // A file without a name; a pipe would have to be read while the tool runs.
        guard let file = tmpfile() else {
            throw EmbeddedOVNError("cannot make a temporary file: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        let output = fileno(file)
        let exit = try await ChildProcess.start(program, output: output).exit()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = pread(output, &buffer, buffer.count, 0)
        let text = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        guard exit == .status(0) else {
            throw EmbeddedOVNError("ovsdb-tool \(arguments.joined(separator: " ")) failed with \(exit): \(text)")
        }
        return text
    }
}
