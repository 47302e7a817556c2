import CLinux
import Discretion
import Glibc

/// A folder with a private key, its certificate and the authorities that are trusted, in files that Open vSwitch and OVN read too.
///
/// Each file is replaced as a whole: a reader finds the old one or the new one, also after a power cut. The key is written once
/// and stays; a certificate without its key cannot be there.
package struct CredentialFolder: Hashable, Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// The private key. Readable by its owner alone.
    package var keyFile: String { "\(path)/key.pem" }
    package var certificateFile: String { "\(path)/certificate.pem" }
    /// The authorities' certificates.
    package var authorityFile: String { "\(path)/authorities.pem" }

    /// The key that is there, or a new one.
    package func key() throws(CredentialError) -> SigningKey {
        if access(keyFile, F_OK) == 0 {
            let bytes: [UInt8]
            do { bytes = try SecretFile.read(keyFile) } catch { throw CredentialError(error.description) }
            do { return try SigningKey(pem: String(decoding: bytes, as: UTF8.self)) } catch {
                throw CredentialError("\(keyFile): \(error)")
            }
        }
        guard errno == ENOENT else {
            throw CredentialError("cannot look at \(keyFile): \(String(cString: strerror(errno)))")
        }
        let key = SigningKey()
        try write(key.pem, to: keyFile, mode: 0o600)
        return key
    }

    /// The certificate that is there; nil where there is none.
    package func certificate() throws(CredentialError) -> IssuedCertificate? {
        guard let text = try read(certificateFile) else { return nil }
        do { return try IssuedCertificate(pem: text) } catch { throw CredentialError("\(certificateFile): \(error)") }
    }

    /// The authorities that are trusted; empty where there are none.
    package func authorities() throws(CredentialError) -> [IssuedCertificate] {
        guard let text = try read(authorityFile) else { return [] }
        do { return try IssuedCertificate.all(pem: text) } catch {
            throw CredentialError("\(authorityFile): \(error)")
        }
    }

    /// Open vSwitch's TLS reads both files again when the key's time of change is another and then the certificate's is too
    /// (`stream_ssl_set_key_and_cert`), so the key, which stays, is touched after the certificate was written.
    package func write(certificate: IssuedCertificate) throws(CredentialError) {
        try write(try certificate.pem, to: certificateFile, mode: 0o644)
        guard utimensat(AT_FDCWD, keyFile, nil, 0) == 0 || errno == ENOENT else {
            throw CredentialError("cannot touch \(keyFile): \(String(cString: strerror(errno)))")
        }
    }

    package func write(authorities: [IssuedCertificate]) throws(CredentialError) {
        var text = ""
        for authority in authorities { text += try authority.pem }
        try write(text, to: authorityFile, mode: 0o644)
    }

    /// Whether anything of it is there.
    package var isEmpty: Bool {
        [keyFile, certificateFile, authorityFile].allSatisfy { (file: String) in access(file, F_OK) != 0 }
    }

    /// Removes what is there; repeatable.
    package func remove() throws(CredentialError) {
        // The key last: with it, an interrupted removal is still known as ours.
        for file in [certificateFile, authorityFile, keyFile].flatMap({ ["\($0).new", $0] }) {
            guard unlink(file) == 0 || errno == ENOENT || errno == ENOTDIR else {
                throw CredentialError("cannot remove \(file): \(String(cString: strerror(errno)))")
            }
        }
        guard rmdir(path) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST else {
            throw CredentialError("cannot remove \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Both folders have what the other had, or neither.
    package func exchange(with other: CredentialFolder) throws(CredentialError) {
        let error = clinux_exchange(path, other.path)
        guard error == 0 else {
            throw CredentialError("cannot exchange \(path) and \(other.path): \(String(cString: strerror(-error)))")
        }
    }

    private func read(_ file: String) throws(CredentialError) -> String? {
        guard access(file, F_OK) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw CredentialError("cannot look at \(file): \(String(cString: strerror(errno)))")
            }
            return nil
        }
        do { return String(decoding: try SecretFile.readOpenly(file).bytes, as: UTF8.self) } catch {
            throw CredentialError(error.description)
        }
    }

    private func write(_ text: String, to file: String, mode: mode_t) throws(CredentialError) {
        func failure(_ what: String) -> CredentialError {
            CredentialError("cannot \(what): \(String(cString: strerror(errno)))")
        }
        for end in path.indices.dropFirst() where path[end] == "/" {
            let folder = String(path[..<end])
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST || errno == EROFS else {
                throw failure("create folder \(folder)")
            }
        }
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("create folder \(path)") }
        let new = "\(file).new"
        guard unlink(new) == 0 || errno == ENOENT else { throw failure("remove \(new)") }
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure("create \(new)") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw failure("write \(new)") }
            rest = rest.dropFirst(max(0, count))
        }
        // What root writes for a service is the service's, which has the folder above.
        if geteuid() == 0, let above = FileOwner(of: "\(path)/.."), above.user != 0 {
            guard fchown(descriptor, above.user, above.group) == 0, chown(path, above.user, above.group) == 0 else {
                throw failure("give \(new) to user \(above.user)")
            }
        }
        // Whatever the umask is.
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw failure("write \(new)") }
        guard rename(new, file) == 0 else { throw failure("rename \(new)") }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("open \(path)") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("write \(path)") }
    }
}
