import Testing

/// The whole product with real processes, one test after the other: each has the machine to itself.
@Suite(.serialized) enum PipelineTests {}
