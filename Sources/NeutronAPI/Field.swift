/// A field of a request that may be left out, be null, or have a value, where null means something else than left out.
///
/// Fields for which null is not allowed, or means the empty value, are plain optionals: nil is "left out".
package enum Field<Value> {
    case absent
    case null
    case value(Value)

    /// The value; nil where the field is absent or null.
    package var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

extension Field: Equatable where Value: Equatable {}
extension Field: Hashable where Value: Hashable {}
extension Field: Sendable where Value: Sendable {}
