import TestServers
import Testing

@testable import OVSDB

@Suite struct OrderedIndexTests {
    @Test func `pages follow their mark in either order, and end with their key`() {
        var contents = OrderedContents()
        contents.load(
            [(1, 5), (2, 0), (2, 7), (2, 3), (2, .max), (3, 1)].map { OrderedContents.Entry(hash: $0, number: $1) })
        let cases: [(mark: UInt128?, upwards: Bool, limit: Int, found: [UInt128])] = [
            (nil, true, 9, [0, 3, 7, .max]), (nil, true, 2, [0, 3]), (nil, true, 0, []), (3, true, 9, [7, .max]),
            (4, true, 1, [7]), (.max, true, 9, []), (nil, false, 9, [.max, 7, 3, 0]), (nil, false, 1, [.max]),
            (7, false, 9, [3, 0]), (6, false, 1, [3]), (0, false, 9, []), (0, true, 1, [3]),
        ]
        for (mark, upwards, limit, found) in cases {
            #expect(
                contents.numbers(2, after: mark, upwards: upwards, limit: limit) == found, "\(mark as Any) \(upwards)")
        }
        #expect([0, 1, 2, 3, 4].map { contents.count($0) } == [0, 1, 4, 1, 0])
        #expect(contents.numbers(4, after: nil, upwards: false, limit: 9).isEmpty)
        #expect(contents.numbers(0, after: nil, upwards: false, limit: 9).isEmpty)
        #expect(OrderedContents().numbers(1, after: nil, upwards: false, limit: 9).isEmpty)
    }

    @Test func `two rows of one number are one in a page, and one stays when the other goes`() {
        var contents = OrderedContents()
        let entry = OrderedContents.Entry(hash: 1, number: 4)
        contents.insert(entry)
        contents.insert(entry)
        #expect(contents.count(1) == 2)
        #expect(contents.numbers(1, after: nil, upwards: true, limit: 9) == [4])
        contents.remove(entry)
        #expect(contents.numbers(1, after: nil, upwards: true, limit: 9) == [4])
        contents.remove(entry)
        #expect(contents.count(1) == 0)
    }

    @Test(arguments: [0, 700, 5_000])
    func `leaves are split and joined by thousands of changes, and copies stay what they were`(_ loaded: Int) {
        var generator = Seeded(7)
        var model: [Set<UInt128>] = [[], [], []]
        var contents = OrderedContents()
        for number in 0..<loaded { model[number % 3].insert(UInt128(number) << 60) }
        contents.load(
            model.enumerated().flatMap { hash, numbers in numbers.map { OrderedContents.Entry(hash: hash, number: $0) }
            })
        let (before, expected) = (contents, model)
        for growing in [true, false, true] {
            for _ in 0..<6_000 {
                let hash = Int.random(in: 0..<3, using: &generator)
                let isNew = Int.random(in: 0..<10, using: &generator) < (growing ? 8 : 1)
                if isNew {
                    let number = UInt128(UInt64.random(in: 0...(.max), using: &generator)) << 32
                    if model[hash].insert(number).inserted {
                        contents.insert(OrderedContents.Entry(hash: hash, number: number))
                    }
                } else if let number = model[hash].randomElement(using: &generator) {
                    model[hash].remove(number)
                    contents.remove(OrderedContents.Entry(hash: hash, number: number))
                }
            }
            for hash in 0..<3 {
                let sorted = model[hash].sorted()
                #expect(contents.count(hash) == sorted.count)
                #expect(contents.numbers(hash, after: nil, upwards: true, limit: .max) == sorted)
                #expect(contents.numbers(hash, after: nil, upwards: false, limit: .max) == sorted.reversed())
                guard let mark = sorted.randomElement(using: &generator) else { continue }
                #expect(
                    contents.numbers(hash, after: mark, upwards: true, limit: 100)
                        == Array(sorted.filter { $0 > mark }.prefix(100)))
            }
        }
        for hash in 0..<3 {
            #expect(before.numbers(hash, after: nil, upwards: true, limit: .max) == expected[hash].sorted())
        }
    }
}
