package import NetAddress

/// What OVN answers a DHCP client with: the options of a row of `DHCP_Options`.
package struct DHCPAnswer: Hashable, Sendable {
    package let version: IPVersion
    private var values: [String: DHCPValue] = [:]

    package init(_ version: IPVersion) { self.version = version }

    /// Reads a row's options. Unknown options and invalid values are left out: they are never copied to another row.
    package init(_ version: IPVersion, row: [String: String]) {
        self.version = version
        for (name, text) in row {
            guard let option = DHCPOption.named(name, version) else { continue }
            do throws(DHCPOptionRefusal) { values[name] = try option.parse(text) } catch { continue }
        }
    }

    package subscript(option: DHCPOption) -> DHCPValue? {
        get { values[option.name] }
        set { values[option.name] = newValue }
    }

    package var isEmpty: Bool { values.isEmpty }

    /// The row's options.
    package var row: [String: String] {
        var row: [String: String] = [:]
        for (name, value) in values {
            if let option = DHCPOption.named(name, version) { row[name] = option.text(value) }
        }
        return row
    }
}
