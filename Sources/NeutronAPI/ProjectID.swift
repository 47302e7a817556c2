import JSONCoding

/// Whose a resource is: any line of 1…255 characters. The original tools say `admin`, Keystone 32 digits.
package struct ProjectID: Hashable, Sendable {
    package let text: String

    package init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        do throws(Refusal) { self.text = try JSON.string(text).asText(255) } catch { return nil }
    }
}

extension ProjectID: CustomStringConvertible {
    package var description: String { text }
}
