import JSONCoding

// The bodies of replies.
extension JSONWriter {
    /// The beginning of the reply to a list, `{"networks": [`, of which the elements come in parts: ``elements(_:_:)``.
    package mutating func beginList<Of: Resource>(of type: Of.Type) {
        open(UInt8(ascii: "{"))
        name(Of.collectionName)
        open(UInt8(ascii: "["))
    }

    package mutating func elements<Of: Resource>(_ resources: [Of], _ fields: [Attribute<Of>]) {
        Of.write(resources, fields, to: &self)
    }

    /// Its end: `], "networks_links": […]}`.
    package mutating func endList<Of: Resource>(of type: Of.Type, links: [(relation: String, href: String)]) {
        close(UInt8(ascii: "]"))
        if !links.isEmpty {
            name("\(Of.collectionName)_links")
            array(links) { writer, link in
                writer.object {
                    $0.name("rel")
                    $0.value(link.relation)
                    $0.name("href")
                    $0.value(link.href)
                }
            }
        }
        close(UInt8(ascii: "}"))
    }

    /// The reply that has one resource: `{"network": {…}}`.
    package mutating func member<Of: Resource>(_ resource: Of, fields: [String] = [], hiding hidden: Set<String> = []) {
        object { writer in
            writer.name(Of.memberName)
            Of.write(resource, Of.attributes.fields(fields), hiding: hidden, to: &writer)
        }
    }

    /// The reply to a bulk request: `{"networks": […]}`.
    package mutating func members<Of: Resource>(_ resources: [Of], hiding hidden: Set<String> = []) {
        beginList(of: Of.self)
        elements(resources, Of.attributes.fields([], hiding: hidden))
        endList(of: Of.self, links: [])
    }

    /// `{"NeutronError": {"type", "message", "detail"}}`
    package mutating func error(_ error: NeutronError) {
        object { writer in
            writer.name("NeutronError")
            writer.object {
                $0.name("type")
                $0.value(error.type)
                $0.name("message")
                $0.value(error.message)
                $0.name("detail")
                $0.value(error.detail)
            }
        }
    }
}
