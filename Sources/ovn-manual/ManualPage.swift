/// A manual page in section 1, in man(7)'s macros.
struct ManualPage {
    let program: CommandDescription
    /// The release, shown at the page's foot.
    let version: String
    /// Handwritten sections, in man(7)'s macros, after the commands.
    let more: String

    var text: String {
        var lines = [
            ".TH \(program.commandName.uppercased()) 1 \"\" \"ovn-containers \(version)\" \"ovn-containers\"",
            ".SH NAME",
            "\(Self.escape(program.commandName)) \\- \(Self.escape(Self.lowered(program.abstract ?? "")))",
            ".SH SYNOPSIS",
        ]
        if program.shownSubcommands.isEmpty {
            lines += synopsis([], program)
        } else {
            for command in program.shownSubcommands { lines += synopsis([program.commandName], command) }
        }
        if let discussion = program.discussion { lines += [".SH DESCRIPTION"] + Self.paragraphs(discussion) }
        if !program.shownArguments.isEmpty {
            lines += [".SH OPTIONS"] + program.shownArguments.flatMap(Self.entry)
        }
        if !program.shownSubcommands.isEmpty { lines.append(".SH COMMANDS") }
        for command in program.shownSubcommands { lines += section(command) }
        return lines.joined(separator: "\n") + "\n" + more
    }

    private func section(_ command: CommandDescription) -> [String] {
        [".SS \(Self.escape(command.commandName))"]
            + Self.paragraphs([command.abstract, command.discussion].compactMap { $0 }.joined(separator: "\n\n"))
            + command.shownArguments.flatMap(Self.entry)
            + command.shownSubcommands.flatMap(section)
    }

    /// One line per command: required options and arguments by name, the rest as `[options]`.
    private func synopsis(_ parents: [String], _ command: CommandDescription) -> [String] {
        let words = (parents + [command.commandName]).map { "\\fB\(Self.escape($0))\\fR" }
        let needed = command.shownArguments.filter { $0.kind == .positional || !$0.isOptional }.map(Self.placeholder)
        let hasOptions = command.shownArguments.contains { $0.kind != .positional && $0.isOptional }
        return [(words + (hasOptions ? ["[\\fIoptions\\fR]"] : []) + needed).joined(separator: " "), ".br"]
    }

    private static func placeholder(_ argument: ArgumentDescription) -> String {
        let value = "\\fI\(escape((argument.valueName ?? "").uppercased()))\\fR"
        let name = argument.preferredName.map { "\\fB\(escape($0.typed))\\fR" }
        var text = argument.kind == .positional ? value : [name, value].compactMap { $0 }.joined(separator: " ")
        if argument.isRepeating { text += " ..." }
        return argument.isOptional ? "[\(text)]" : text
    }

    private static func entry(_ argument: ArgumentDescription) -> [String] {
        let value = "\\fI\(escape((argument.valueName ?? "").uppercased()))\\fR"
        let names = (argument.names ?? []).map { "\\fB\(escape($0.typed))\\fR" }.joined(separator: ", ")
        let tag =
            switch argument.kind {
            case .positional: value + (argument.isRepeating ? " ..." : "")
            case .option: "\(names) \(value)"
            case .flag: names
            }
        var about = [argument.abstract, argument.discussion].compactMap { $0 }.joined(separator: "\n\n")
        if let value = argument.defaultValue, !value.isEmpty { about += " (default: \(value))" }
        return [".TP", tag] + paragraphs(about, separator: ".IP")
    }

    private static func paragraphs(_ text: String, separator: String = ".PP") -> [String] {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if lines.last != separator { lines.append(separator) }
            } else {
                lines.append(escape(String(line)))
            }
        }
        return lines
    }

    /// A title as it follows "name \-": first letter in lower case, no full stop.
    private static func lowered(_ text: String) -> String {
        let isName = text.prefix(2).allSatisfy(\.isUppercase)
        let text = text.hasSuffix(".") ? String(text.dropLast()) : text
        return isName ? text : text.prefix(1).lowercased() + text.dropFirst()
    }

    /// Escapes text for roff: backslashes, hyphens, and leading dots and quotes.
    static func escape(_ text: String) -> String {
        let escaped = text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            default: result.append(character)
            }
        }
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }
}
