import NeutronAPI

extension JSON {
    /// Reads a value of a map column.
    init(parsing text: String) throws(JSONSyntaxError) { try self.init(parsing: text.utf8) }

    /// Canonical: one line, members sorted by name.
    var text: String {
        var writer = NeutronAPI.JSONWriter(capacity: 128)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
