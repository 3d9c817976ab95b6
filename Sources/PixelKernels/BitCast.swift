/// The bits of a vector or an integer as another one of the same size.
@inline(__always)
func bitCast<From: BitwiseCopyable, To: BitwiseCopyable>(_ value: From, to _: To.Type) -> To {
  // SAFETY: vectors and integers of one size have no padding and no invalid bits.
  unsafe unsafeBitCast(value, to: To.self)
}
