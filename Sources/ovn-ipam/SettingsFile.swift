import Glibc
import YAML

/// The configuration file: a YAML mapping of settings to values, a list being the same as its elements joined by commas.
enum SettingsFile {
    static func read(_ path: String) throws(SettingsError) -> [Setting: String] {
        try parse(try contents(path), path)
    }

    private static func contents(_ path: String) throws(SettingsError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        // One byte more than there may be, so that the reader can say that it is too long.
        while bytes.count <= YAMLNode.maximumLength {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unreadable(path) }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func unreadable(_ path: String) -> SettingsError {
        SettingsError("cannot read the configuration file \(path): \(String(cString: strerror(errno)))")
    }

    static func parse(_ text: some Sequence<UInt8>, _ path: String) throws(SettingsError) -> [Setting: String] {
        let root: YAMLNode?
        do { root = try YAMLNode.parse(text) } catch { throw SettingsError("\(path) is not YAML: \(error)") }
        guard let root, !root.isNull else { return [:] }
        guard let mapping = root.mapping else {
            throw SettingsError("\(path) is not a mapping of settings to values")
        }
        var settings: [Setting: String] = [:]
        for (name, node) in mapping {
            guard let setting = Setting(rawValue: name) else {
                let known = Setting.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsError("\(path): \(name) is no setting; there are \(known)")
            }
            guard let value = value(node) else {
                throw SettingsError("\(path): \(name) is neither a text nor a list of texts")
            }
            settings[setting] = value
        }
        return settings
    }

    private static func value(_ node: YAMLNode) -> String? {
        if let text = node.text { return text }
        guard let elements = node.sequence?.map(\.text), !elements.contains(nil) else { return nil }
        return elements.compactMap { $0 }.joined(separator: ",")
    }
}
