internal import NIOCore

extension GroupCommit {
    /// The requests waiting for the next batch, in one queue per client. The queues take turns: however many requests
    /// one client has, another's is among the next.
    struct Queues {
        private var queues: [AnyHashable?: CircularBuffer<Member>] = [:]
        /// The clients that have a queue, the one whose turn is next first.
        private var order = CircularBuffer<AnyHashable?>()

        var isEmpty: Bool { order.isEmpty }
        var count: Int { queues.values.reduce(0) { $0 + $1.count } }

        mutating func append(_ member: Member) {
            if queues[member.client] == nil { order.append(member.client) }
            queues[member.client, default: []].append(member)
        }

        /// Takes up to `count` requests, one from each queue in turn.
        mutating func take(_ count: Int) -> [Member] {
            var members: [Member] = []
            while members.count < count, let client = order.popFirst() {
                var queue = queues.removeValue(forKey: client) ?? []
                if let member = queue.popFirst() { members.append(member) }
                if !queue.isEmpty {
                    queues[client] = queue
                    order.append(client)
                }
            }
            return members
        }

        /// Puts requests back, to be taken first.
        mutating func putBack(_ members: some BidirectionalCollection<Member>) {
            for member in members.reversed() {
                order.removeAll { $0 == member.client }
                order.prepend(member.client)
                queues[member.client, default: []].prepend(member)
            }
        }
    }
}
