import ArgumentParser
import Discretion
import Keystone

/// Options that say which OpenStack cloud the networking API belongs to, as other OpenStack tools have them. Each counts
/// before its environment variable, that before clouds.yaml. A password is none of them: every user of a machine can read
/// the command lines of the others.
package struct CloudOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A cloud of clouds.yaml (OS_CLOUD).", valueName: "name"))
    var osCloud: String?

    @Option(
        help: ArgumentHelp(
            "How to log in: password, token, v3applicationcredential or none (OS_AUTH_TYPE).", valueName: "type"))
    var osAuthType: String?

    @Option(name: .customLong("os-auth-url"), help: ArgumentHelp("Where Keystone is (OS_AUTH_URL).", valueName: "url"))
    var osAuthURL: String?

    @Option(help: ArgumentHelp("The project, by its name (OS_PROJECT_NAME).", valueName: "name"))
    var osProjectName: String?

    @Option(name: .customLong("os-project-id"), help: ArgumentHelp("The project (OS_PROJECT_ID).", valueName: "id"))
    var osProjectID: String?

    @Option(help: ArgumentHelp("Which region of the catalogue (OS_REGION_NAME).", valueName: "name"))
    var osRegionName: String?

    @Option(
        help: ArgumentHelp(
            "Which of its endpoints: public, internal or admin (OS_INTERFACE).", valueName: "interface"))
    var osInterface: String?

    @Option(
        help: ArgumentHelp("Where the networking API is, instead of the catalogue (OS_ENDPOINT).", valueName: "url"))
    var osEndpoint: String?

    @Option(
        name: .customLong("os-cacert"),
        help: ArgumentHelp("Authorities to trust, PEM (OS_CACERT).", valueName: "file"))
    var osCACert: String?

    @Flag(help: "Trust any certificate (OS_INSECURE).")
    var insecure = false

    package init() {}

    /// Which cloud is meant.
    func choice(_ context: Context) -> CloudChoice {
        CloudChoice(options: settings, name: osCloud, environment: context.environment) {
            context.console.errors("warning: \($0.plain())")
        }
    }

    /// What was given, by setting.
    private var settings: [CloudSetting: String] {
        var given: [CloudSetting: String] = [:]
        given[.authType] = osAuthType
        given[.authURL] = osAuthURL
        given[.projectName] = osProjectName
        given[.projectID] = osProjectID
        given[.region] = osRegionName
        given[.interface] = osInterface
        given[.endpoint] = osEndpoint
        given[.authority] = osCACert
        if insecure { given[.insecure] = "true" }
        return given
    }
}
