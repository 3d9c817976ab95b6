/// Whether this build supports WebP: the trait `WebP`.
package enum WebPTrait {
  #if WebP
    package static let isOn = true
  #else
    package static let isOn = false
  #endif
}
