import Certificates
import Deadlines
import Hummingbird
import JSONCoding
import Logging
import NetAddress
import NetworkStore
import NeutronAPI

/// `/hosts/v1`: hosts join with a token, renew their certificates, and leave.
struct HostController: Sendable {
    let store: NetworkStore
    let admission: HostAdmission
    private let wrong: WrongSecrets

    init(store: NetworkStore, admission: HostAdmission, wrong: WrongSecrets) {
        self.store = store
        self.admission = admission
        self.wrong = wrong
    }

    func addRoutes(to routes: Routes) {
        routes.route("hosts/v1/authority", [.get: authority])
        routes.route("hosts/v1/join", [.post: join])
        routes.route("hosts/v1/certificate", [.post: renew])
        routes.route("hosts/v1/self", [.get: show, .delete: leave])
    }

    /// For whoever asks: a host compares it with its token before it believes anything.
    @Sendable private func authority(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (pem, _) = try authorities()
        return .json { writer in
            writer.object {
                $0.name("authorities")
                $0.value(pem)
            }
        }
    }

    @Sendable private func join(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        guard !Peer.current.isPlainText else {
            throw NeutronError.badRequest("Hosts join by HTTPS: the secret would be read on its way")
        }
        let members = try await HostBody.read(request)
        let hash = try await knownSecret(members, context)
        let body = try HostBody.Join(members, secretHash: hash)
        let (certificate, given) = try certify(body.request, body.name)
        let (pem, trusted) = try authorities()
        // Before it is told: a certificate without a record would be good for Southbound.
        let joined = try await store.admit(body.host, secretHash: hash, certificate: given, trusted: trusted)
        context.logger.info(
            "host joined",
            metadata: [
                "host": "\(joined.hostName)", "system-id": "\(joined.systemID)",
                "address": "\(body.host.tunnelAddress)", "project": "\(joined.standard.projectID)",
            ])
        return .json { writer in
            writer.object {
                $0.name("certificate")
                $0.value(certificate)
                $0.name("authorities")
                $0.value(pem)
                $0.name("southbound_port")
                $0.value(admission.southboundPort)
                $0.name("project")
                $0.value(joined.standard.projectID)
            }
        }
    }

    /// The hash of a secret that there is an invitation for. A wrong one is answered late.
    private func knownSecret(_ members: [String: JSON], _ context: APIRequestContext) async throws -> String {
        do {
            guard let hash = HostBody.Join.secretHash(members) else { throw NeutronError.tokenUnknown }
            return try await store.invitation(secretHash: hash).secretHash
        } catch let error as NeutronError where error.status == 401 {
            context.logger.info("join refused", metadata: ["cause": "\(error.message)"])
            guard try await wrong.wait(for: context.client) else {
                throw NeutronError.tooManyRequests("Too many wrong tokens are being tried from this address")
            }
            throw error
        }
    }

    @Sendable private func renew(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let host = try await host()
        let body = try HostBody.Renewal(try await HostBody.read(request))
        guard body.request.publicKeyHash == host.keyHash, let name = CertificateName(host.systemID) else {
            throw NeutronError.badRequest("'request' is of another key than the host's certificate")
        }
        let (certificate, given) = try certify(body.request, name)
        _ = try await store.renew(
            systemID: host.systemID, keyHash: host.keyHash, certificate: given, trusted: body.trusted,
            versions: body.versions)
        context.logger.info(
            "certificate renewed", metadata: ["host": "\(host.hostName)", "end": "\(given.end)"])
        let (pem, _) = try authorities()
        return .json { writer in
            writer.object {
                $0.name("certificate")
                $0.value(certificate)
                $0.name("authorities")
                $0.value(pem)
            }
        }
    }

    @Sendable private func show(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let host = try await host()
        let chassis = store.snapshot().isRegistered(host)
        return .json { writer in
            writer.object {
                if let chassis {
                    $0.name("chassis")
                    $0.value(chassis)
                }
                for (name, text) in [
                    ("system_id", host.systemID), ("host_name", host.hostName),
                    ("project", host.standard.projectID),
                    ("tunnel_address", host.tunnelAddress?.description ?? ""),
                    ("certificate_end", host.certificateEnd.description),
                ] {
                    $0.name(name)
                    $0.value(text)
                }
            }
        }
    }

    /// The host has asked its user what may go; here nothing is asked.
    @Sendable private func leave(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await request.refuseBody()
        let host = try await host()
        _ = try await store.removeHost(host.systemID, isForced: true, isOwn: true)
        return .empty(.noContent)
    }

    // MARK: Parts

    private func host() async throws -> JoinedHost {
        guard let host = try await HostAuthentication(store: store).host() else {
            throw NeutronError(
                status: 401, type: "CertificateMissing", message: "This is for hosts: show the certificate of one.")
        }
        return host
    }

    private func certify(_ request: HostRequest, _ name: CertificateName) throws -> (String, GivenCertificate) {
        guard let authority = admission.authority() else {
            throw NeutronError.serviceUnavailable(
                "This replica does not have the authority's key. Ask the central machine.")
        }
        do {
            let certificate = try authority.certifyHost(request, name: name, at: .now, lifetime: admission.lifetime)
            let issuer = try authority.certificate.fingerprint.description
            return (try certificate.pem, GivenCertificate(end: certificate.end, issuer: issuer))
        } catch { throw NeutronError.serviceUnavailable("No certificate could be made: \(error).") }
    }

    private func authorities() throws -> (pem: String, fingerprints: [String]) {
        do {
            let all = admission.authorities()
            return (
                try all.map { authority in try authority.pem }.joined(),
                try all.map { authority in try authority.fingerprint.description }
            )
        } catch {
            throw NeutronError.serviceUnavailable("The authorities' certificates cannot be written: \(error).")
        }
    }
}
