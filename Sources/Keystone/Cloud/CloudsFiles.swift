import Discretion
import Glibc
import YAML

/// clouds.yaml, secure.yaml and clouds-public.yaml, searched for where openstacksdk does.
struct CloudsFiles: Sendable {
    private let environment: [String: String]
    /// The folder searched first.
    private let folder: String

    init(environment: [String: String], folder: String) {
        self.environment = environment
        self.folder = folder
    }

    /// A cloud's entry in the files.
    struct Entry: Sendable {
        let name: String
        /// The file it was found in.
        let file: String
        let node: YAMLNode
    }

    /// Without `name`, the only one there is.
    ///
    /// - Returns: `nil` when no name is given and there is none, or not exactly one.
    func find(_ name: String?, _ warn: (String) -> Void = { _ in }) throws(KeystoneError) -> Entry? {
        guard let (file, clouds) = try read("clouds", override: "OS_CLIENT_CONFIG_FILE", warn) else {
            guard let name else { return nil }
            throw KeystoneError(
                .misconfigured,
                "there is no clouds.yaml that has cloud \"\(name)\" (OS_CLOUD): looked in \(folders.joined(separator: ", "))"
            )
        }
        let secure = try read("secure", override: "OS_CLIENT_SECURE_FILE", warn)?.root
        let all = (secure.map { clouds.merging($0) } ?? clouds)["clouds"]?.mapping ?? []
        let named = name.map { name in all.filter { $0.key == name } } ?? all
        guard named.count == 1, let (key, node) = named.first, node.mapping != nil else {
            guard let name else { return nil }
            throw KeystoneError(
                .misconfigured,
                "there is no cloud \"\(name)\" (OS_CLOUD) in \(file): it has "
                    + (all.isEmpty ? "none" : all.map(\.key).joined(separator: ", ")))
        }
        return Entry(name: key, file: file, node: try withProfile(node, key, file))
    }

    /// The cloud's entry, overlaid on the profile that it names.
    private func withProfile(_ node: YAMLNode, _ name: String, _ file: String) throws(KeystoneError) -> YAMLNode {
        guard let profile = (node["profile"] ?? node["cloud"])?.text else { return node }
        guard let vendors = try read("clouds-public", override: nil, { _ in }),
            let base = vendors.root["public-clouds"]?[profile]
        else {
            throw KeystoneError(
                .misconfigured,
                "cloud \"\(name)\" in \(file) has the profile \"\(profile)\", which no clouds-public.yaml has")
        }
        return base.merging(node)
    }

    /// In openstacksdk's search order.
    private var folders: [String] {
        func entry(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        let home = entry("HOME")
        return [
            folder, entry("XDG_CONFIG_HOME").map { $0 + "/openstack" }, home.map { $0 + "/.config/openstack" },
            "/etc/xdg/openstack", "/etc/openstack",
        ].compactMap { $0 }
    }

    /// The first readable file of this name; files without read permission are skipped.
    private func read(
        _ name: String, override: String?, _ warn: (String) -> Void
    ) throws(KeystoneError) -> (file: String, root: YAMLNode)? {
        let named = override.flatMap { environment[$0] }.map { [$0] } ?? []
        let paths =
            named + folders.flatMap { folder in [".yaml", ".yml", ".json"].map { "\(folder)/\(name)\($0)" } }
        for path in paths where access(path, R_OK) == 0 {
            let (text, fault): ([UInt8], SecretFile.Fault?)
            do { (text, fault) = try SecretFile.readOpenly(path) } catch {
                throw KeystoneError(.misconfigured, "\(error)")
            }
            let root: YAMLNode?
            do { root = try YAMLNode.parse(text) } catch {
                throw KeystoneError(.misconfigured, "\(path) is not YAML: \(error)")
            }
            guard let root else { continue }
            // Ownership is not checked: root often reads another user's.
            if let fault, fault.isMode, Self.hasSecret(root) { warn(fault.sentence(path)) }
            return (path, root)
        }
        return nil
    }

    private static let secrets: Set<String> = ["password", "token", "application_credential_secret"]

    /// Whether a file has a secret anywhere. The parser limits the depth.
    private static func hasSecret(_ node: YAMLNode) -> Bool {
        (node.mapping ?? []).contains { key, value in
            secrets.contains(String(key.map { $0 == "-" ? "_" : $0 })) && value.text?.isEmpty == false
                || hasSecret(value)
        }
    }
}

extension CloudSettings {
    /// The settings of a cloud's entry, for the wanted region or else its first.
    init(_ entry: CloudsFiles.Entry, region wanted: String?) throws(KeystoneError) {
        var node = entry.node
        if let regions = node["regions"]?.sequence, !regions.isEmpty {
            let found = regions.first { wanted == nil || ($0.text ?? $0["name"]?.text) == wanted }
            guard let found, let name = found.text ?? found["name"]?.text else {
                throw KeystoneError(
                    .misconfigured, "cloud \"\(entry.name)\" in \(entry.file) has no region \"\(wanted ?? "")\"")
            }
            if let values = found["values"] { node = node.merging(values) }
            self.init([.region: name])
        } else {
            self.init()
        }
        // Settings under `auth` take precedence over those beside it.
        override(with: try Self.values(node, entry))
        if let auth = node["auth"], !auth.isNull { override(with: try Self.values(auth, entry)) }
    }

    private static func values(_ node: YAMLNode, _ entry: CloudsFiles.Entry) throws(KeystoneError) -> CloudSettings {
        var members: [String: YAMLNode] = [:]
        for (key, value) in node.mapping ?? [] where !value.isNull {
            members[String(key.map { $0 == "-" ? "_" : $0 })] = value
        }
        var values: [CloudSetting: String] = [:]
        for setting in CloudSetting.allCases {
            guard
                let (key, value) = ([setting.rawValue] + setting.aliases).lazy.compactMap({ key in
                    members[key].map { (key, $0) }
                }).first
            else { continue }
            guard let text = value.text else {
                throw KeystoneError(
                    .misconfigured,
                    "\(key) of cloud \"\(entry.name)\" is not a text (line \(value.line) of \(entry.file) or secure.yaml)"
                )
            }
            values[setting] = text
        }
        if members["verify"]?.boolean == false { values[.insecure] = "true" }
        return CloudSettings(values)
    }
}
