/// The version of all programs here, as `--version` prints it and the pause image is tagged with.
package let version = "0.1.0"
