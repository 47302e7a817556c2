import CYAML

/// libyaml's parser as a source of events; it owns everything that libyaml allocates.
struct YAMLEvents: ~Copyable {
    /// One event. Its line and column, from 1, are where it begins.
    struct Event {
        enum Kind {
            case documentStart, documentEnd, streamEnd
            case scalar(String, isPlain: Bool, anchor: String?, tag: String?)
            case sequenceStart(anchor: String?, tag: String?)
            case mappingStart(anchor: String?, tag: String?)
            case sequenceEnd, mappingEnd
            case alias(String)
        }

        let kind: Kind
        let line: Int
        let column: Int

        func error(_ reason: String) -> YAMLError { YAMLError(reason: reason, line: line, column: column) }
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// `bytes` must outlive the events.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(reason: "out of memory", line: 0, column: 0)
        }
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event, after which none follows `streamEnd`.
    mutating func next() throws(YAMLError) -> Event {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
            defer { yaml_event_delete(&event) }
            guard let kind = try Self.kind(of: event) else { continue }
            return Event(kind: kind, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
        }
    }

    private static func kind(of event: yaml_event_t) throws(YAMLError) -> Event.Kind? {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(anchor: text(start.anchor), tag: text(start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(anchor: text(start.anchor), tag: text(start.tag))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                String(decoding: value, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                anchor: text(scalar.anchor), tag: text(scalar.tag))
        default: return nil
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    /// libyaml's error; its message is in lower case and names no file.
    private func syntaxError() -> YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            return YAMLError(
                reason: "\(problem) at byte \(parser.pointee.problem_offset)", line: 0, column: 0)
        case YAML_MEMORY_ERROR: return YAMLError(reason: "out of memory", line: 0, column: 0)
        default:
            let mark = parser.pointee.problem_mark
            return YAMLError(reason: problem, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        }
    }
}
