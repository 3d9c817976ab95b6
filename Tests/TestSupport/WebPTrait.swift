/// Whether this build supports WebP (`--traits WebP`).
package enum WebPTrait {
  #if WebP
    package static let isOn = true
  #else
    package static let isOn = false
  #endif
}
