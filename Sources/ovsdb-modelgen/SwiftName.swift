import OVSDB

/// Schema names in Swift's spelling.
enum SwiftName {
    private static let initialisms = ["id": "ID", "ids": "IDs", "ip": "IP", "dns": "DNS", "mac": "MAC", "mtu": "MTU"]

    /// `Logical_Switch_Port` → `LogicalSwitchPort`, `Open_vSwitch` → `OpenVSwitch`.
    static func type(_ name: String) -> String {
        name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// `external_ids` → `externalIDs`, `dhcpv4_options` → `dhcpv4Options`.
    static func property(_ name: String) -> String {
        let words = name.split(separator: "_").map { $0.lowercased() }
        return words.enumerated().map { position, word in
            position == 0 ? word : initialisms[word] ?? word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
    }
}

extension ColumnType.Atomic {
    var swiftName: String {
        switch self {
        case .integer: "Int"
        case .real: "Double"
        case .boolean: "Bool"
        case .string: "String"
        case .uuid: "RowID"
        }
    }
}

extension ColumnType {
    /// The Swift type of a property.
    var swiftName: String {
        if let value {
            return key == .string && value == .string ? "StringMap" : "[\(key.swiftName): \(value.swiftName)]"
        }
        if maximum > 1 { return "[\(key.swiftName)]" }
        return minimum == 0 ? "\(key.swiftName)?" : key.swiftName
    }

    /// How the property starts out: RFC 7047 §5.2.1's default.
    var initializer: String {
        if value != nil { return key == .string && value == .string ? " = StringMap()" : " = [:]" }
        if maximum > 1 { return " = []" }
        if minimum == 0 { return "" }
        switch key {
        case .integer, .real: return " = 0"
        case .boolean: return " = false"
        case .string: return " = \"\""
        case .uuid: return " = .zero"
        }
    }

    /// The Swift expression that makes this value.
    var expression: String {
        if let value {
            let bounds = minimum == 0 && maximum == .max ? "" : ", minimum: \(minimum), maximum: \(bound)"
            return ".map(.\(key), .\(value)\(bounds))"
        }
        if maximum > 1 {
            let bounds = minimum == 0 && maximum == .max ? "" : ", minimum: \(minimum), maximum: \(bound)"
            return ".set(.\(key)\(bounds))"
        }
        return minimum == 0 ? ".optional(.\(key))" : ".scalar(.\(key))"
    }

    private var bound: String { maximum == .max ? ".max" : "\(maximum)" }
}
