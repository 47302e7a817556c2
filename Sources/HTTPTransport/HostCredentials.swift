import Certificates
import Deadlines
import Discretion
import Glibc
import NIOConcurrencyHelpers
import NIOSSL

/// TLS with a host's certificate, as its files say at each moment.
final class HostCredentials: Sendable {
    /// What tells one content of a file from the next: each file is replaced as a whole.
    private struct Stamp: Hashable {
        let inode: UInt
        let seconds: Int
        let nanoseconds: Int
        let size: Int
    }

    private let folder: CredentialFolder
    private let read = NIOLockedValueBox<(stamps: [Stamp], tls: TLSConfiguration)?>(nil)

    init(_ folder: CredentialFolder) { self.folder = folder }

    /// - Throws: `misconfigured` where there are no such files.
    func tls() throws(TransportError) -> TLSConfiguration {
        let stamps = try [folder.authorityFile, folder.certificateFile, folder.keyFile].map(Self.stamp)
        if let known = read.withLockedValue({ $0 }), known.stamps == stamps { return known.tls }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .noHostnameVerification
        do {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(folder.authorityFile))
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(folder.certificateFile).map { .certificate($0) }
            let key = try SecretFile.read(folder.keyFile)
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        } catch {
            throw TransportError(
                .misconfigured,
                "this host's certificate in \(folder.path) cannot be used (\("\(error)".withoutSourcePlaces)): "
                    + "join again, 'ovn-integrate join TOKEN' with a token of 'ovn-ipam invite'")
        }
        let found = tls
        read.withLockedValue { $0 = (stamps, found) }
        return tls
    }

    private static func stamp(_ file: String) throws(TransportError) -> Stamp {
        var status = stat()
        guard stat(file, &status) == 0 else {
            throw TransportError(
                .misconfigured,
                "this host's certificate is not complete, cannot look at \(file): \(String(cString: strerror(errno))); "
                    + "join again, 'ovn-integrate join TOKEN' with a token of 'ovn-ipam invite'")
        }
        return Stamp(
            inode: UInt(status.st_ino), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
            size: Int(status.st_size))
    }

    /// What to do where one end does not trust the other.
    func advice(at now: Timestamp = .now) -> String {
        let clock = "this machine's clock says \(now)"
        let again = "'ovn-integrate join TOKEN' with a token of 'ovn-ipam invite' gets another"
        // What cannot be read was said where it was used.
        guard case .success(let found?) = Result(catching: { try folder.certificate() }) else {
            return "this host has no certificate: \(again)"
        }
        if now.seconds >= found.end.seconds {
            return "this host's certificate ended at \(found.end), and \(clock): where that is right, \(again)"
        }
        if now.seconds < found.start.seconds {
            return "this host's certificate begins at \(found.start), and \(clock): set it right"
        }
        return "\(clock), which is to be right; "
            + "where central has been set up anew or its authority was replaced while this host was away, \(again)"
    }
}
