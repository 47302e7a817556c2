import JSONCoding
import NIOCore
import NIOHTTP1
package import NeutronAPI

/// Tags of a resource (extension `standard-attr-tag`). Those that are added or removed one by one are of letters, digits and hyphens,
/// which need no encoding in a path.
extension NeutronClient {
    /// Replaces all tags of a resource. They are all different; Neutron 21 takes 255 characters each, `ovn-ipam` 50 tags.
    package func setTags<Resource: NeutronResource>(
        _ tags: [String], of id: ID<Resource>, within timeout: Duration
    ) async throws(NeutronClientError) {
        _ = try await send(
            Request(
                method: .PUT, path: "\(path(id))/tags", body: ["tags": .array(tags.map { .string($0) })],
                goal: "replace the tags of \(Resource.memberName) \(id)"),
            within: timeout)
    }

    /// Adds a tag; succeeds if it is there.
    package func addTag<Resource: NeutronResource>(
        _ tag: String, to id: ID<Resource>, within timeout: Duration
    ) async throws(NeutronClientError) {
        _ = try await send(
            Request(
                method: .PUT, path: "\(path(id))/tags/\(tag)", goal: "tag \(Resource.memberName) \(id) with \(tag)"),
            within: timeout)
    }

    /// Removes a tag; succeeds if there is no such tag or resource.
    package func removeTag<Resource: NeutronResource>(
        _ tag: String, from id: ID<Resource>, within timeout: Duration
    ) async throws(NeutronClientError) {
        let request = Request(
            method: .DELETE, path: "\(path(id))/tags/\(tag)", goal: "remove tag \(tag) of \(Resource.memberName) \(id)")
        do {
            _ = try await send(request, within: timeout)
        } catch let error where error.cause?.status == 404 {
            return
        }
    }
}
