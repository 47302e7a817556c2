@testable import HostAttachment

/// The room's `Attachment`, under a name that the testing library does not use.
typealias AttachedPort = Attachment
