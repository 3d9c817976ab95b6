internal import Batch

struct Session {
  let input: InputOptions
  let output: OutputOptions
  let work: RunOptions
  let talk: TalkOptions
  let recipe: Recipe

  func perform() throws {}
}
