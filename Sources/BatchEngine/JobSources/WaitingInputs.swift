/// Inputs of a list that wait for its end, packed: about 40 bytes each beside its name.
struct WaitingInputs {
  private var inputs = InputFiles()
  /// Of the jobs that they make.
  private var indices: [UInt32] = []
  private var next = 0

  mutating func append(_ input: InputFile, index: Int) {
    inputs.append(input)
    indices.append(UInt32(index))
  }

  /// In the order that they came in.
  mutating func popFirst() -> (input: InputFile, index: Int)? {
    guard next < indices.count else { return nil }
    defer { next += 1 }
    return (inputs[next], Int(indices[next]))
  }
}
