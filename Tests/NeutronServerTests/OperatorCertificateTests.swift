import Certificates
import Deadlines
import Foundation
import NeutronServer
import TestServers
import Testing

/// The files of a certificate that the operator gives.
@Suite(.timeLimit(.minutes(2))) struct OperatorCertificateTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = "/tmp/ovn-containers-given-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// A certificate that signs itself, for a key of `openssl req -newkey`.
    private func make(_ name: String, _ key: [String], in folder: String) async throws -> OperatorCertificate {
        let files = OperatorCertificate(certificateFile: "\(folder)/\(name).crt", keyFile: "\(folder)/\(name).key")
        try await run(
            ["openssl", "req", "-x509", "-newkey"] + key + [
                "-keyout", files.keyFile, "-out", files.certificateFile, "-days", "2", "-subj", "/CN=\(name)",
            ])
        try await run(["chmod", "600", files.keyFile])
        return files
    }

    private static let curve = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    @Test(arguments: [["rsa:2048", "-nodes"], curve, ["ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"]])
    func `keys of authorities' usual kinds are taken`(kind: [String]) async throws {
        try await withFolder { folder in
            let content = try await make("good", kind, in: folder).read()
            let left = content.end.seconds - Timestamp.now.seconds
            #expect(2 * 86_400 - 120...2 * 86_400 ~= left)
            #expect(content.start < content.end)
            _ = try ServerTLS(content)
        }
    }

    @Test func `what cannot be used is refused with the file and the reason`() async throws {
        try await withFolder { folder in
            let good = try await make("good", Self.curve, in: folder)
            let other = try await make("other", Self.curve, in: folder)
            let locked = try await make(
                "locked", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-passout", "pass:blue"], in: folder)
            let open = "\(folder)/open.key"
            try await run(["cp", good.keyFile, open])
            try await run(["chmod", "644", open])
            try Data().write(to: URL(filePath: "\(folder)/empty"))
            try await run(["chmod", "600", "\(folder)/empty"])
            let whole = try String(contentsOfFile: good.certificateFile, encoding: .utf8)
            try String(whole.dropLast(whole.count / 2)).write(
                toFile: "\(folder)/half", atomically: true, encoding: .utf8)
            let cases = [
                (good.certificateFile, "\(folder)/none", "cannot read \(folder)/none: No such file or directory"),
                ("\(folder)/none", good.keyFile, "cannot read \(folder)/none: No such file or directory"),
                (good.certificateFile, open, "\(open) holds a secret and is open to every user (mode 0644)"),
                (
                    good.certificateFile, other.keyFile,
                    "\(other.keyFile) is not the key of the first certificate in \(good.certificateFile)"
                ),
                (locked.certificateFile, locked.keyFile, "\(locked.keyFile): there is no private key in PEM without"),
                (good.certificateFile, good.certificateFile, "holds a secret and is open"),
                (good.certificateFile, "\(folder)/empty", "\(folder)/empty: there is no private key"),
                ("\(folder)/empty", good.keyFile, "\(folder)/empty: there is no certificate in PEM in it"),
                ("\(folder)/half", good.keyFile, "\(folder)/half: there is no certificate in PEM in it"),
                (good.keyFile, good.keyFile, "\(good.keyFile): there is no certificate in PEM in it"),
            ]
            for (certificate, key, reason) in cases {
                let error = #expect(throws: CredentialError.self) {
                    _ = try OperatorCertificate(certificateFile: certificate, keyFile: key).read()
                }
                #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
            }
        }
    }
}
