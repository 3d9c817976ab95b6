/// Inputs of a list that wait for its end, packed: about 40 bytes per input plus its name.
struct WaitingInputs {
  private var inputs = InputFiles()
  /// Indices of their jobs.
  private var indices: [UInt32] = []
  private var next = 0

  mutating func append(_ input: InputFile, index: Int) {
    inputs.append(input)
    indices.append(UInt32(index))
  }

  /// The next input, in the order of `append`.
  mutating func popFirst() -> (input: InputFile, index: Int)? {
    guard next < indices.count else { return nil }
    defer { next += 1 }
    return (inputs[next], Int(indices[next]))
  }
}
