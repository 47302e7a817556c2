package import Deadlines

/// The settings of the service's own identity.
package struct IdentityConfiguration: Sendable {
    /// How long a token is valid, in seconds.
    package var tokenLifetime = 3_600
    /// How long a password may wait for its turn.
    package var turnTime = Duration.seconds(10)
    package var now: @Sendable () -> Timestamp = { .now }

    package init() {}
}
