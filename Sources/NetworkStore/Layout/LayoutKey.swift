import JSONCoding
import NetAddress
import NeutronAPI
import OVSDB

/// A key of a row's `external_ids`: its name, its type, and what its absence means.
///
/// An unreadable value counts as absent.
struct LayoutKey<Value: Equatable & Sendable>: Sendable {
    let name: String
    /// What an absent key means.
    let absent: Value
    /// Whether the key is written even where its absence would mean the same, as ML2/OVN does.
    let always: Bool
    let read: @Sendable (String) -> Value?
    let write: @Sendable (Value) -> String

    init(
        _ name: String, absent: Value, always: Bool = false, read: @escaping @Sendable (String) -> Value?,
        write: @escaping @Sendable (Value) -> String
    ) {
        self.name = name
        self.absent = absent
        self.always = always
        self.read = read
        self.write = write
    }
}

extension StringMap {
    subscript<Value>(key: LayoutKey<Value>) -> Value {
        get {
            guard let text = self[key.name] else { return key.absent }
            return key.read(text) ?? key.absent
        }
        set {
            self[key.name] = newValue == key.absent && !key.always ? nil : key.write(newValue)
        }
    }
}

extension LayoutKey where Value == String {
    /// A text; absent is empty.
    static func text(_ name: String, always: Bool = false) -> Self {
        LayoutKey(name, absent: "", always: always, read: { $0 }, write: { $0 })
    }
}

extension LayoutKey where Value == Bool {
    /// `true` or `false`.
    static func flag(_ name: String, absent: Bool) -> Self {
        LayoutKey(
            name, absent: absent, read: { $0 == "true" ? true : $0 == "false" ? false : nil }, write: \.description)
    }
}

extension LayoutKey where Value: LosslessStringConvertible {
    /// Anything with a canonical text, like a number or an address.
    static func value(_ name: String, absent: Value, always: Bool = false) -> Self {
        LayoutKey(name, absent: absent, always: always, read: { Value($0) }, write: \.description)
    }
}

extension LayoutKey {
    /// Anything with a canonical text; absent is nil.
    static func optional<Wrapped: LosslessStringConvertible & Equatable & Sendable>(_ name: String) -> Self
    where Value == Wrapped? {
        LayoutKey(name, absent: nil, read: { Wrapped($0) }, write: { $0?.description ?? "" })
    }

    /// An enumeration; absent is nil.
    static func word<Word: RawRepresentable<String> & Equatable & Sendable>(_ name: String) -> Self
    where Value == Word? {
        LayoutKey(name, absent: nil, read: { Word(rawValue: $0) }, write: { $0?.rawValue ?? "" })
    }

    /// A list as JSON text; absent is empty. An element that cannot be read is left out.
    static func list<Element: Equatable & Sendable>(
        _ name: String, read: @escaping @Sendable (JSON) -> Element?, write: @escaping @Sendable (Element) -> JSON
    ) -> Self where Value == [Element] {
        // Text that is not JSON counts as absent.
        LayoutKey(
            name, absent: [], read: { text in (try? JSON(parsing: text.utf8))?.array?.compactMap(read) },
            write: { JSON.array($0.map(write)).description })
    }

    /// A list of elements with a canonical text.
    static func list<Element: LosslessStringConvertible & Equatable & Sendable>(_ name: String) -> Self
    where Value == [Element] {
        list(name, read: { $0.string.flatMap { Element($0) } }, write: { .string($0.description) })
    }
}
