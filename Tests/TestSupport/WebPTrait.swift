/// Whether this build supports WebP: not with `--disable-default-traits`.
package enum WebPTrait {
  #if WebP
    package static let isOn = true
  #else
    package static let isOn = false
  #endif
}
