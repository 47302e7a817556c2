import FoundationEssentials
import Yams

/// The configuration file: a YAML mapping of settings to values, a list being the same as its elements joined by commas.
enum SettingsFile {
    static func read(_ path: String) throws(SettingsError) -> [Setting: String] {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw SettingsError("cannot read the configuration file \(path)")
        }
        return try parse(text, path)
    }

    static func parse(_ text: String, _ path: String) throws(SettingsError) -> [Setting: String] {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw SettingsError("\(path) is not YAML: \(error)") }
        guard let root, root.null == nil else { return [:] }
        guard case .mapping(let mapping) = root else {
            throw SettingsError("\(path) is not a mapping of settings to values")
        }
        var settings: [Setting: String] = [:]
        for (key, node) in mapping {
            let name = key.string ?? ""
            guard let setting = Setting(rawValue: name) else {
                let known = Setting.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsError("\(path): \(name) is no setting; there are \(known)")
            }
            guard settings[setting] == nil else { throw SettingsError("\(path): \(name) is there twice") }
            guard let value = value(node) else {
                throw SettingsError("\(path): \(name) is neither a text nor a list of texts")
            }
            settings[setting] = value
        }
        return settings
    }

    private static func value(_ node: Node) -> String? {
        switch node {
        case .scalar(let scalar): scalar.string
        case .sequence(let sequence):
            sequence.allSatisfy { $0.scalar != nil }
                ? sequence.compactMap { $0.scalar?.string }.joined(separator: ",") : nil
        default: nil
        }
    }
}
