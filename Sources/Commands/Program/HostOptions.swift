import ArgumentParser
import Deadlines
import Logging
import OVSDBClient

/// Options of every command that works on this host and asks the networking API.
package struct HostOptions: ParsableArguments {
    @OptionGroup var local: LocalOptions
    @OptionGroup(title: "OpenStack options") var cloud: CloudOptions

    package init() {}

    func deadline(default limit: Duration = .seconds(10)) -> Deadline { local.deadline(default: limit) }
    func remote(_ context: Context) throws -> [Remote] { try local.remote(context) }
    func progress(_ context: Context) -> @Sendable (String) -> Void { local.progress(context) }
    func logger(_ context: Context) -> Logger { local.logger(context) }
}
