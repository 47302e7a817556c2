import Discretion

/// One value of a result.
enum Cell: Sendable, Equatable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([String])
    case none

    init(_ text: String) { self = .text(text) }

    /// For people. What others have named commands no terminal, and stays in its row.
    var shown: String {
        switch self {
        case .text(let text): text.plain()
        case .number(let number): String(number)
        case .flag(let flag): flag ? "yes" : "no"
        case .list(let parts): parts.map { $0.plain() }.joined(separator: ", ")
        case .none: ""
        }
    }

    /// For `cut` and `read`: no blanks of our own.
    var bare: String {
        switch self {
        case .flag(let flag): flag ? "true" : "false"
        case .list(let parts): parts.map { $0.plain() }.joined(separator: ",")
        default: shown
        }
    }
}

/// A result with rows and columns, before it is decided how it is shown.
struct Listing: Sendable, Equatable {
    struct Column: Sendable, Equatable {
        /// The member's name in JSON; stable.
        let key: String
        /// The heading for people.
        let title: String
        /// Whether it may be broken into several lines where the terminal is narrow; ids may not, they are copied.
        var isBreakable = true
        /// Whether people are shown it also where no row has a value. Machines always are.
        var isShownEmpty = true
    }

    var columns: [Column]
    var rows: [[Cell]] = []
}

/// A single object, attribute by attribute.
struct Description: Sendable, Equatable {
    var fields: [(key: String, title: String, value: Cell)]

    static func == (a: Self, b: Self) -> Bool {
        a.fields.elementsEqual(b.fields) { $0 == $1 }
    }
}
