import Hummingbird
import JSONCoding
import NeutronAPI

/// `/` and `/v2.0`: the versions, and the resources of version 2.0.
struct VersionController: Sendable {
    /// What the index of version 2.0 lists.
    let resources: [any ServedResource.Type]

    func addRoutes(to routes: Routes) {
        routes.route("/", [.get: versions])
    }

    /// Adds the index to the routes of version 2.0.
    func addIndex(to routes: Routes) {
        routes.route("", [.get: version])
    }

    @Sendable private func versions(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        .json { writer in
            writer.object { writer in
                writer.name("versions")
                writer.array(CollectionOfOne(())) { writer, _ in self.version(&writer, context) }
            }
        }
    }

    /// Neutron's index of resources, and the version beside it: clients configured with this URL look for one there.
    @Sendable private func version(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        .json { writer in
            writer.object { writer in
                writer.name("resources")
                writer.array(resources) { writer, resource in
                    writer.object { writer in
                        writer.name("links")
                        self.links("\(context.base)/v2.0/\(resource.path)", &writer)
                        writer.name("name")
                        writer.value(resource.memberName)
                        writer.name("collection")
                        writer.value(resource.collectionName)
                    }
                }
                writer.name("version")
                self.version(&writer, context)
            }
        }
    }

    private func version(_ writer: inout JSONWriter, _ context: APIRequestContext) {
        writer.object { writer in
            writer.name("id")
            writer.value("v2.0")
            writer.name("status")
            writer.value("CURRENT")
            writer.name("links")
            self.links("\(context.base)/v2.0/", &writer)
        }
    }

    private func links(_ href: String, _ writer: inout JSONWriter) {
        writer.array(CollectionOfOne(href)) { writer, href in
            writer.object {
                $0.name("rel")
                $0.value("self")
                $0.name("href")
                $0.value(href)
            }
        }
    }
}
