internal import ArgumentParser

/// A number of bytes on the command line: "4096", "64K", "512M", "2G".
struct ByteCount: ExpressibleByArgument {
  let count: Int

  init(count: Int) { self.count = count }

  init?(argument: String) {
    let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    let shift = argument.last.flatMap { shifts[Character($0.uppercased())] }
    let digits = shift == nil ? argument[...] : argument.dropLast()
    guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit), let number = Int(digits) else { return nil }
    let (count, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
    guard !overflow, count >= 1 else { return nil }
    self.count = count
  }

  var defaultValueDescription: String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] where count % (1 << shift) == 0 {
      return "\(count >> shift)\(suffix)"
    }
    return String(count)
  }
}
