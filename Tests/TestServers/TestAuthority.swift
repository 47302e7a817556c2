import Foundation

/// A certificate authority of a test's own.
package enum TestAuthority {
    /// Makes an authority, `ca.pem`, and in `tls.pem` a key and a certificate for 127.0.0.1 and 127.0.0.2 that it has signed.
    package static func make(in folder: String) async throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try await run(
            ["openssl", "req", "-x509"] + key
                + [
                    "-keyout", "\(folder)/ca.key", "-out", "\(folder)/ca.pem", "-days", "2", "-subj",
                    "/CN=test authority",
                ])
        try await run(
            ["openssl", "req"] + key
                + ["-keyout", "\(folder)/tls.key", "-out", "\(folder)/tls.csr", "-subj", "/CN=127.0.0.1"])
        try "subjectAltName=IP:127.0.0.1,IP:127.0.0.2\n".write(
            toFile: "\(folder)/tls.ext", atomically: true, encoding: .utf8)
        try await run([
            "openssl", "x509", "-req", "-in", "\(folder)/tls.csr", "-CA", "\(folder)/ca.pem", "-CAkey",
            "\(folder)/ca.key", "-set_serial", "1", "-days", "2", "-extfile", "\(folder)/tls.ext", "-out",
            "\(folder)/tls.crt",
        ])
        let pem = try ["tls.key", "tls.crt"].map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        try pem.joined().write(toFile: "\(folder)/tls.pem", atomically: true, encoding: .utf8)
    }
}
