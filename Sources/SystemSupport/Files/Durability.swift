/// When a written output counts as written.
package enum Durability: String, Sendable {
  /// When the system has it; a power cut may still lose it.
  case ordinary
  /// When the disk has it, and its name too (`--durable`).
  case durable
}
