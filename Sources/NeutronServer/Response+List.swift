import HTTPServing
import HTTPTypes
import Hummingbird
import JSONCoding
import NIOCore
import NetworkStore
import NeutronAPI

extension Response {
    /// The reply to a list. A long one is written in pieces, each after the client has received the one before and it
    /// is its turn: a client that does not read takes no more memory than a piece, the page's identifiers and a
    /// snapshot.
    static func list<Of: ServedResource>(
        _ page: [ID<Of>], _ fields: [Attribute<Of>], _ links: [(relation: String, href: String)],
        in snapshot: Snapshot, for client: SourceAddress?, _ work: Workload
    ) -> Response {
        // In resources: about 64 KB.
        let piece = 64
        guard page.count > piece else {
            return json(capacity: 256 + page.count * 1_024) { json in
                json.beginList(of: Of.self)
                json.elements(Of.find(page[...], in: snapshot), fields)
                json.endList(of: Of.self, links: links)
            }
        }
        let body = ResponseBody { writer in
            var json = JSONWriter(capacity: 1_024 * (piece + 1))
            json.beginList(of: Of.self)
            var rest = page[...]
            while !rest.isEmpty {
                let part = rest.prefix(piece)
                try await work.list(for: client) { json.elements(Of.find(part, in: snapshot), fields) }
                rest = rest.dropFirst(piece)
                if rest.isEmpty { json.endList(of: Of.self, links: links) }
                try await writer.write(ByteBuffer(bytes: json.take()))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }
}
