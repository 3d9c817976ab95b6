// The last step of resampling: stores a tile of eight samples of eight rows in its rows.

/// Stores eight rows of eight bytes. `scratch` must have 64 bytes.
@inline(__always)
func storeTile8(
  _ tile: (SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>), by scratch: UnsafeMutableRawPointer,
  rows: Int, into: UnsafeMutableRawPointer, stride: Int
) {
  unsafe scratch.storeBytes(of: tile.0, as: SIMD16<UInt8>.self)
  unsafe scratch.storeBytes(of: tile.1, toByteOffset: 16, as: SIMD16<UInt8>.self)
  unsafe scratch.storeBytes(of: tile.2, toByteOffset: 32, as: SIMD16<UInt8>.self)
  unsafe scratch.storeBytes(of: tile.3, toByteOffset: 48, as: SIMD16<UInt8>.self)
  for row in 0..<rows {
    let samples = unsafe scratch.loadUnaligned(fromByteOffset: 8 * row, as: UInt64.self)
    unsafe into.storeBytes(of: samples, toByteOffset: row * stride, as: UInt64.self)
  }
}

/// Stores eight rows of eight 16-bit samples from a tile of eight samples of eight rows. Overwrites the tile.
@inline(__always)
func storeTile16(_ tile: UnsafeMutableRawPointer, rows: Int, into: UnsafeMutableRawPointer, stride: Int) {
  let (r0, r1, r2, r3, r4, r5, r6, r7) = unsafe transposed16(tile, stride: 16)
  unsafe tile.storeBytes(of: r0, as: Lanes.self)
  unsafe tile.storeBytes(of: r1, toByteOffset: 16, as: Lanes.self)
  unsafe tile.storeBytes(of: r2, toByteOffset: 32, as: Lanes.self)
  unsafe tile.storeBytes(of: r3, toByteOffset: 48, as: Lanes.self)
  unsafe tile.storeBytes(of: r4, toByteOffset: 64, as: Lanes.self)
  unsafe tile.storeBytes(of: r5, toByteOffset: 80, as: Lanes.self)
  unsafe tile.storeBytes(of: r6, toByteOffset: 96, as: Lanes.self)
  unsafe tile.storeBytes(of: r7, toByteOffset: 112, as: Lanes.self)
  for row in 0..<rows {
    let samples = unsafe tile.loadUnaligned(fromByteOffset: 16 * row, as: Lanes.self)
    unsafe into.storeBytes(of: samples, toByteOffset: row * stride, as: Lanes.self)
  }
}
