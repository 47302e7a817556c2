import Commands
import Glibc

@main struct Main {
    static func main() async {
        let status = await Program.run(
            OVNContainer.self, Array(CommandLine.arguments.dropFirst()), in: .standard())
        exit(status.rawValue)
    }
}
