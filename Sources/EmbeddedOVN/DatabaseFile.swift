import Glibc
import Logging

/// A file of ovsdb-server(1), made and brought up to date with ovsdb-tool(1).
struct DatabaseFile: Hashable, Sendable {
    let path: String
    /// The name of the database, `OVN_Northbound`.
    let name: String
    /// The file of the schema.
    let schema: String

    /// A table that is to have its one row before anybody asks for it.
    var onlyRowTable: String?
    /// Whether all that is in it comes from elsewhere: then a new one takes a damaged one's place.
    var isDerived = false

    /// Makes the file if there is none, converts one of another version of the schema, a copy having been made, and makes the row that is to
    /// be there. ovsdb-tool reads a schema in no time and a whole file as long as ovsdb-server does: it is asked for that where it must be.
    /// Throws, and changes nothing, where the file is damaged or another database's.
    func prepare(logger: Logger) async throws(EmbeddedOVNError) {
        guard access(schema, R_OK) == 0 else {
            throw EmbeddedOVNError(
                "\(schema) is missing (Debian has it in ovn-central; --schema-folder names another place)")
        }
        if try await ensure(logger: logger) { return }
        let found = try await word("db-name", path)
        guard found == name else {
            throw EmbeddedOVNError(
                "\(path) is a file of the database \(found), not of \(name); it was left as it is: put the right file "
                    + "there, or name another --data-folder")
        }
        if try await word("needs-conversion", path, schema) == "yes" { try await convert(logger: logger) }
        if let onlyRowTable, try !hasRow(of: onlyRowTable) { try await insertOnlyRow(in: path) }
    }

    /// What has to hold before a server of the file is started again: it reads to its end.
    func prepareAgain(logger: Logger) async throws(EmbeddedOVNError) { _ = try await ensure(logger: logger) }

    /// Makes sure that there is a file that reads to its end; tells whether it had to be made.
    private func ensure(logger: Logger) async throws(EmbeddedOVNError) -> Bool {
        try OwnFile.refuseLink(path)
        if access(path, F_OK) == 0 {
            guard let damage = try damage(logger: logger) else { return false }
            guard isDerived else { throw damage }
            let kept = OwnFile.freeName(path, "damaged")
            guard rename(path, kept) == 0 else { throw EmbeddedOVNError("cannot rename \(path)", errno) }
            logger.error(
                "a damaged database is made anew", metadata: ["cause": "\(damage.message)", "kept": "\(kept)"])
        }
        try await create()
        return true
    }

    /// Makes the file, with its first row, under another name first: a power cut leaves a whole one or none.
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
            "a database was converted",
            metadata: ["file": "\(path)", "from": "\(version)", "to": "\(now)", "kept": "\(kept)"])
    }

    /// Makes the one row of ``onlyRowTable``, unless there is one.
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
        // A file without a name; a pipe would have to be read while the tool runs.
        guard let file = tmpfile() else { throw EmbeddedOVNError("cannot make a temporary file", errno) }
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
