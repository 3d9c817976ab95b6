// The last step of resampling: stores a tile of eight samples of eight rows in its rows.

/// Stores eight rows of eight bytes. `scratch` must have 64 bytes.
@inline(__always)
func storeTile8(
  _ tile: (SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>), by scratch: UncheckedBytes,
  rows: Int, into: UncheckedBytes, stride: Int
) {
  scratch.store(tile.0, at: 0)
  scratch.store(tile.1, at: 16)
  scratch.store(tile.2, at: 32)
  scratch.store(tile.3, at: 48)
  for row in 0..<rows {
    let samples = scratch.load(8 * row, as: UInt64.self)
    into.store(samples, at: row * stride)
  }
}

/// Stores eight rows of eight 16-bit samples from a tile of eight samples of eight rows. Overwrites the tile.
@inline(__always)
func storeTile16(_ tile: UncheckedBytes, rows: Int, into: UncheckedBytes, stride: Int) {
  let (r0, r1, r2, r3, r4, r5, r6, r7) = transposed16(tile, stride: 16)
  tile.store(r0, at: 0)
  tile.store(r1, at: 16)
  tile.store(r2, at: 32)
  tile.store(r3, at: 48)
  tile.store(r4, at: 64)
  tile.store(r5, at: 80)
  tile.store(r6, at: 96)
  tile.store(r7, at: 112)
  for row in 0..<rows {
    let samples = tile.load(16 * row, as: Lanes.self)
    into.store(samples, at: row * stride)
  }
}
