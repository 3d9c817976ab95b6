internal import ArgumentParser

struct InfoCommand: ParsableCommand {
}
