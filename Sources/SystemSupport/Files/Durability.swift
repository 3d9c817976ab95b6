/// When an output counts as written.
package enum Durability: String, Sendable {
  /// Once the kernel has it. A power failure may still lose it.
  case ordinary
  /// Once the file and its directory entry are on disk (`--durable`).
  case durable
}
