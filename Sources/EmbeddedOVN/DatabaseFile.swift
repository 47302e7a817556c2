import Glibc
import Logging

/// A file of ovsdb-server(1), created and converted with ovsdb-tool(1).
struct DatabaseFile: Hashable, Sendable {
    let path: String
    /// The name of the database, `OVN_Northbound`.
    let name: String
    /// The file of the schema.
    let schema: String

    /// A table whose single row must exist before the first client connects.
    var onlyRowTable: String?
    /// Whether its contents are derived from another database: then a damaged one is recreated empty.
    var isDerived = false

    /// Creates the file if there is none, converts one of another schema version after a copy was made, and inserts the
    /// row of ``onlyRowTable``. ovsdb-tool takes as long as ovsdb-server to read a whole file, so it is run only where
    /// needed. Throws, and changes nothing, where the file is damaged or of another database.
    func prepare(logger: Logger) async throws(EmbeddedOVNError) {
        guard access(schema, R_OK) == 0 else {
            throw EmbeddedOVNError(
                "\(schema) is missing (Debian has it in ovn-central; --schema-folder names another place)")
        }
        if try await ensure(logger: logger) { return }
        let found = try await word("db-name", path)
        guard found == name else {
            throw EmbeddedOVNError(
                "\(path) is a file of database \(found), not of \(name); it was left as it is: put the right file "
                    + "there, or name another --data-folder")
        }
        if try await word("needs-conversion", path, schema) == "yes" { try await convert(logger: logger) }
        if let onlyRowTable, try !hasRow(of: onlyRowTable) { try await insertOnlyRow(in: path) }
    }

    /// Before a server is restarted: the file must be readable to its end.
    func prepareAgain(logger: Logger) async throws(EmbeddedOVNError) { _ = try await ensure(logger: logger) }

    /// Ensures a file that is readable to its end; returns whether it was created.
    private func ensure(logger: Logger) async throws(EmbeddedOVNError) -> Bool {
        try OwnFile.refuseLink(path)
        if access(path, F_OK) == 0 {
            guard let damage = try damage(logger: logger) else { return false }
            guard isDerived else { throw damage }
            let kept = OwnFile.freeName(path, "damaged")
            guard rename(path, kept) == 0 else { throw EmbeddedOVNError("cannot rename \(path)", errno) }
            logger.error(
                "damaged database recreated", metadata: ["cause": "\(damage.message)", "kept": "\(kept)"])
        }
        try await create()
        return true
    }

    /// Creates the file, with its first row, under a temporary name: a power cut leaves a complete one or none.
    private func create() async throws(EmbeddedOVNError) {
        let new = "\(path).new"
        guard unlink(new) == 0 || errno == ENOENT else { throw EmbeddedOVNError("cannot remove \(new)", errno) }
        try await tool("create", new, schema)
        try await insertOnlyRow(in: new)
        do {
            let file = try OwnFile(new, O_RDWR)
            guard fsync(file.descriptor) == 0 else { throw EmbeddedOVNError("cannot write \(new)", errno) }
        }
        guard rename(new, path) == 0 else { throw EmbeddedOVNError("cannot rename \(new)", errno) }
    }

    private func convert(logger: Logger) async throws(EmbeddedOVNError) {
        let version = try await word("db-version", path)
        let kept = OwnFile.freeName(path, version)
        do {
            let file = try OwnFile(path, O_RDONLY)
            try file.copy(to: kept)
        }
        try await tool("convert", path, schema)
        let now = try await word("db-version", path)
        logger.notice(
            "database converted",
            metadata: ["file": "\(path)", "from": "\(version)", "to": "\(now)", "kept": "\(kept)"])
    }

    /// Inserts the one row of ``onlyRowTable``, unless there is one.
    private func insertOnlyRow(in path: String) async throws(EmbeddedOVNError) {
        guard let table = onlyRowTable else { return }
        let transaction = """
            ["\(name)", \
            {"op": "wait", "table": "\(table)", "where": [], "columns": [], "until": "==", "rows": [], "timeout": 0}, \
            {"op": "insert", "table": "\(table)", "row": {}}]
            """
        try await tool("transact", path, transaction)
    }

    private func word(_ arguments: String...) async throws(EmbeddedOVNError) -> String {
        try await tool(arguments).filter { !$0.isWhitespace }
    }

    private func tool(_ arguments: String...) async throws(EmbeddedOVNError) { _ = try await tool(arguments) }

    private func tool(_ arguments: [String]) async throws(EmbeddedOVNError) -> String {
        let program = try Program.find("ovsdb-tool", ["-vconsole:warn", "-vsyslog:off"] + arguments)
        // An unnamed file; a pipe would have to be read while the tool runs.
        guard let file = tmpfile() else { throw EmbeddedOVNError("cannot create a temporary file", errno) }
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
