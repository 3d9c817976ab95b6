internal import ImageCore

/// Decompresses the pixels of a GIF (GIF89a specification, appendix F).
///
/// Each code stands for a string that the output already contains: that of the code before, and the pixel after it. So the table
/// has positions in the output, and strings are copied forward.
struct LZWDecoder {
  enum Ending {
    case complete
    case truncated
    case corrupt
    case late
  }

  private static let maxCodeBits = 12

  /// Positions and lengths of the strings of all codes. A GIF has less than 2^32 pixels.
  private var starts = [UInt32](repeating: 0, count: 1 << maxCodeBits)
  private var lengths = [UInt32](repeating: 0, count: 1 << maxCodeBits)

  /// - Parameters:
  ///   - bytes: the file from the smallest code size on, which precedes the blocks.
  ///   - pixels: as many as the image has.
  /// - Returns: the number of pixels that were decompressed, and why no more were.
  mutating func decode(
    _ bytes: RawSpan, into pixels: inout MutableRawSpan, _ limit: TimeLimit
  ) -> (count: Int, ending: Ending) {
    guard bytes.byteCount > 0 else { return (0, .truncated) }
    let smallest = Int(bytes.byte(0))
    guard (1...8).contains(smallest) else { return (0, .corrupt) }
    let (clear, end) = (1 << smallest, 1 << smallest + 1)
    var input = CodeReader(from: 1, limit)
    var codeBits = smallest + 1
    var next = end + 1
    // The string before; without pixels after a clear code.
    var (previous, previousLength) = (0, 0)
    var position = 0
    let total = pixels.byteCount
    while position < total {
      guard let code = input.next(codeBits, of: bytes, done: position) else {
        return (position, input.isLate ? .late : .truncated)
      }
      let length: Int
      if code < clear {
        pixels.storeBytes(of: UInt8(truncatingIfNeeded: code), toByteOffset: position, as: UInt8.self)
        length = 1
      } else if code == clear {
        (codeBits, next, previousLength) = (smallest + 1, end + 1, 0)
        continue
      } else if code == end {
        return (position, .truncated)
      } else {
        // The next code, not yet in the table, is the string before with its first pixel appended.
        let isNew = code == next
        guard previousLength > 0, code < next || isNew else { return (position, .corrupt) }
        let start = isNew ? previous : Int(starts[code])
        length = min(isNew ? previousLength + 1 : Int(lengths[code]), total - position)
        pixels.repeatBytes(from: start, at: position, count: length)
      }
      if previousLength > 0, next < 1 << LZWDecoder.maxCodeBits {
        starts[next] = UInt32(truncatingIfNeeded: previous)
        lengths[next] = UInt32(truncatingIfNeeded: previousLength + 1)
        next += 1
        // A full table stays as it is until the next clear code.
        if next == 1 << codeBits, codeBits < LZWDecoder.maxCodeBits { codeBits += 1 }
      }
      (previous, previousLength) = (position, length)
      position += length
    }
    return (position, .complete)
  }
}

/// Reads codes of 2 to 12 bits, the lowest bit first, from blocks of up to 255 bytes.
private struct CodeReader {
  private var offset: Int
  /// Bytes of the current block that were not read.
  private var left = 0
  private var buffer: UInt64 = 0
  private var bitCount = 0
  private var limit: TimeLimit
  private var done = 0
  private(set) var isLate = false

  init(from offset: Int, _ limit: TimeLimit) {
    self.offset = offset
    self.limit = limit
  }

  /// The next code; nil at the end of the data or once the deadline has passed.
  /// - Parameter done: the number of pixels so far.
  @inline(__always)
  mutating func next(_ count: Int, of bytes: RawSpan, done: Int) -> Int? {
    if bitCount < count {
      if left >= 4 {
        buffer |= UInt64(bytes.littleEndian(offset, UInt32.self)) << UInt64(bitCount)
        (offset, left, bitCount) = (offset + 4, left - 4, bitCount + 32)
      } else if !fill(count, bytes, done) {
        return nil
      }
    }
    let code = Int(truncatingIfNeeded: buffer) & (1 << count - 1)
    buffer >>= UInt64(count)
    bitCount -= count
    return code
  }

  /// Reads single bytes, and the length of the next block where one ends.
  private mutating func fill(_ count: Int, _ bytes: RawSpan, _ done: Int) -> Bool {
    while bitCount < count {
      if left == 0 {
        guard offset < bytes.byteCount else { return false }
        let length = Int(bytes.byte(offset))
        offset += 1
        left = min(length, bytes.byteCount - offset)
        if left == 0 { return false }
        isLate = limit.isOver(before: done - self.done + length)
        self.done = done
        if isLate { return false }
      }
      buffer |= UInt64(bytes.byte(offset)) << UInt64(bitCount)
      (offset, left, bitCount) = (offset + 1, left - 1, bitCount + 8)
    }
    return true
  }
}

extension MutableRawSpan {
  /// Copies bytes forward. Those that are written may be read again. Up to seven more bytes may be written, if there are as many.
  @inline(__always)
  fileprivate mutating func repeatBytes(from start: Int, at target: Int, count: Int) {
    if target - start >= 8, byteCount - target >= count + 8 {
      var done = 0
      repeat {
        let eight = bytes.littleEndian(start + done, UInt64.self)
        storeBytes(of: UInt64(littleEndian: eight), toByteOffset: target + done, as: UInt64.self)
        done += 8
      } while done < count
      return
    }
    for index in 0..<count {
      let byte = bytes.byte(start + index)
      storeBytes(of: byte, toByteOffset: target + index, as: UInt8.self)
    }
  }
}
