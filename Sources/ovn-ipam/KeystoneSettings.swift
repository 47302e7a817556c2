import Discretion
import HTTPTransport
import Keystone
import Logging

/// How to validate tokens with Keystone.
struct KeystoneSettings: Sendable {
    /// The service's own user.
    var credentials: Credentials
    /// The URL in the `WWW-Authenticate` header of 401 answers.
    var publicURL: String
    var validation = TokenValidator.Configuration()

    /// Nil unless `mode` is `keystone`: then nothing about Keystone may be set, lest an open API is taken for an authenticated one.
    /// `value` reads a setting, nil where it is not there.
    init?(
        mode: String, cacheTime: Int?, _ value: (Setting) throws(SettingsError) -> String?
    ) throws(SettingsError) {
        guard mode == "keystone" else {
            for setting in Self.needed where try value(setting) != nil {
                throw SettingsError("\(setting.rawValue) is set, but auth is \(mode): set auth to keystone")
            }
            return nil
        }
        guard let url = try value(.authURL), let name = try value(.authUsername) else {
            throw SettingsError("auth: keystone needs auth-url, auth-username and a password")
        }
        for (setting, text) in [(Setting.authURL, url), (.authPublicURL, try value(.authPublicURL) ?? url)] {
            // It goes into a header, between quotes.
            guard text.hasPrefix("http://") || text.hasPrefix("https://"),
                text.utf8.allSatisfy({ 0x21...0x7e ~= $0 && $0 != UInt8(ascii: "\"") })
            else { throw SettingsError(setting, text, expected: "a URL such as https://192.0.2.1:5000/v3") }
        }
        let password = try Self.password(try value(.authPassword), file: try value(.authPasswordFile))
        let userDomain = try value(.authUserDomain).map { Credentials.Domain.name($0) }
        let projectDomain = try value(.authProjectDomain).map { Credentials.Domain.name($0) }
        let project = Credentials.Project.name(try value(.authProject) ?? "service", domain: projectDomain)
        credentials = Credentials(
            authURL: url, method: .password(.name(name, domain: userDomain), Secret(password)),
            scope: .project(project))
        publicURL = try value(.authPublicURL) ?? url
        if let file = try value(.authAuthority) {
            do { credentials.trust = try .authorities(in: file) } catch {
                throw SettingsError("\(Setting.authAuthority.rawValue): \(error)")
            }
        }
        if let cacheTime { validation.cacheTime = .seconds(cacheTime) }
    }

    private static let needed: [Setting] = [.authURL, .authUsername, .authPassword, .authPasswordFile]

    private static func password(_ text: String?, file: String?) throws(SettingsError) -> String {
        switch (text, file) {
        case (let text?, nil): return text
        case (nil, let file?):
            var password: String
            do { password = String(decoding: try SecretFile.read(file), as: UTF8.self) } catch {
                throw SettingsError("auth-password-file: \(error)")
            }
            // Editors end a file with a newline, which is not part of the password.
            if password.last?.isNewline == true { password.removeLast() }
            guard !password.isEmpty else { throw SettingsError("auth-password-file: \(file) is empty") }
            return password
        case (nil, nil):
            throw SettingsError(
                "auth: keystone needs a password, in \(Setting.authPassword.variable), in the configuration file or in "
                    + "the file that auth-password-file names")
        case (_?, _?): throw SettingsError("auth-password and auth-password-file are both set: remove one")
        }
    }

    func validator(logger: Logger) -> TokenValidator {
        TokenValidator(
            session: KeystoneSession(credentials, connectTimeout: .seconds(5), logger: logger),
            configuration: validation, logger: logger)
    }
}
