import Testing

/// Everything that needs hosts. One test after another: each takes the whole machine.
///
/// They run the release programs in `dist/` and need root; `make test` builds the first.
@Suite(.serialized) enum LabTests {}
