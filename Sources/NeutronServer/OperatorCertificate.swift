package import Certificates
package import Deadlines
import Discretion
import Glibc
import NIOSSL

/// A certificate of another authority that the API is served with, such as a company's or Let's Encrypt's: in PEM files that are
/// replaced from time to time by who renews it.
package struct OperatorCertificate: Hashable, Sendable {
    /// The certificate, then those between it and its authority.
    package let certificateFile: String
    package let keyFile: String

    package init(certificateFile: String, keyFile: String) {
        (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
    }

    /// What the files hold at one moment.
    package struct Content: Hashable, Sendable {
        let chain: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
        package let start: Timestamp
        package let end: Timestamp
        /// What servers it is for, in its order: names, also with wildcards, and addresses.
        package let names: [String]
    }

    /// - Throws: where one of the files cannot be read, has nothing of the kind or is not the other's, or where all users of the
    ///   machine can read the key; naming the file.
    package func read() throws(CredentialError) -> Content {
        let (text, secret): ([UInt8], [UInt8])
        do {
            text = try SecretFile.readOpenly(certificateFile).bytes
            secret = try SecretFile.read(keyFile)
        } catch { throw CredentialError("\(error)") }
        // The library's own words say no more than that there is none.
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(text), let own = chain.first else {
            throw CredentialError("\(certificateFile): there is no certificate in PEM in it")
        }
        let key: NIOSSLPrivateKey
        // An empty passphrase: the library would ask for one on the terminal.
        do { key = try NIOSSLPrivateKey(bytes: secret, format: .pem) { $0([UInt8]()) } } catch {
            throw CredentialError("\(keyFile): there is no private key in PEM without a passphrase in it")
        }
        let names: [String]
        do { names = try IssuedCertificate(der: try own.toDERBytes()).alternativeNames } catch {
            throw CredentialError("\(certificateFile): the first certificate cannot be read: \(error)")
        }
        let content = Content(
            chain: chain, key: key, start: Timestamp(seconds: Int64(own.notValidBefore)),
            end: Timestamp(seconds: Int64(own.notValidAfter)), names: names)
        do { _ = try NIOSSLContext(configuration: content.tls) } catch {
            let cause = "\(error)"
            throw CredentialError(
                cause.contains("failedToLoadPrivateKey")
                    ? "\(keyFile) is not the key of the first certificate in \(certificateFile)"
                    : "\(certificateFile) and \(keyFile) cannot be served with: \(cause)")
        }
        return content
    }
}

extension OperatorCertificate.Content {
    /// Clients are not asked for certificates: those of hosts are another authority's.
    var tls: TLSConfiguration {
        TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    }
}
