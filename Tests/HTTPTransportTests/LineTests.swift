import Testing

@testable import HTTPTransport

/// Lines of answers that go on.
@Suite(.timeLimit(.minutes(1))) struct LineTests {
    @Test func `lines come out whole, however the bytes arrive`() {
        let text = Array("one\r\n\ntwo\nthr".utf8)
        for size in 1...text.count {
            var lines = LineBuffer()
            var out: [String] = []
            for start in stride(from: 0, to: text.count, by: size) {
                lines.append(text[start..<min(start + size, text.count)])
                while let line = lines.next() { out.append(String(decoding: line, as: UTF8.self)) }
            }
            #expect(out == ["one", "", "two"])
            #expect(lines.count == 3)
        }
    }
}
