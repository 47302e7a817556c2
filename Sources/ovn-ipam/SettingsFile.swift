import Discretion
import YAML

/// The configuration file: a YAML mapping of settings to values, where a list is the same as its elements joined by
/// commas.
enum SettingsFile {
    static func read(_ path: String) throws(SettingsError) -> [Setting: String] {
        let (text, fault): ([UInt8], SecretFile.Fault?)
        do { (text, fault) = try SecretFile.readOpenly(path) } catch {
            throw SettingsError("configuration file: \(error)")
        }
        let settings = try parse(text, path)
        // Without a password, any mode is fine.
        if let fault, settings.keys.contains(where: \.isSecret) {
            throw SettingsError("configuration file: \(fault.sentence(path))")
        }
        return settings
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
                throw SettingsError("\(path): \(name) is not a setting; there are \(known)")
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
