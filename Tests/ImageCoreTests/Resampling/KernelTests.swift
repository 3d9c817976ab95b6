import Testing

@testable import ImageCore

@Suite struct KernelTests {
  @Test("A kernel is symmetric, and zero outside its support", arguments: Kernel.allCases)
  func support(kernel: Kernel) {
    for step in 1...400 {
      let x = Double(step) / 100
      if kernel != .box || x != 0.5 { #expect(kernel.value(at: x) == kernel.value(at: -x)) }
      if x >= kernel.support { #expect(kernel.value(at: x) == 0) }
    }
  }

  @Test("A kernel's values at whole steps sum to 1 at any offset, those of Lanczos nearly", arguments: Kernel.allCases)
  func unity(kernel: Kernel) {
    for step in 0..<100 {
      let start = Double(step) / 100 - 4
      let sum = (0...8).reduce(0) { $0 + kernel.value(at: start + Double($1)) }
      #expect(abs(sum - 1) < (kernel == .lanczos3 ? 0.012 : 1e-12))
    }
  }

  @Test("Lanczos is the product of two sincs")
  func lanczos() {
    func sinc(_ x: Double) -> Double {
      // A series for sin(pi x) / (pi x) that shares nothing with the code under test.
      let angle = Double.pi * x
      var (term, sum) = (1.0, 1.0)
      for n in 1...40 {
        term *= -angle * angle / Double((2 * n) * (2 * n + 1))
        sum += term
      }
      return sum
    }
    for step in 0..<300 {
      let x = Double(step) / 100
      #expect(abs(Kernel.lanczos3.value(at: x) - sinc(x) * sinc(x / 3)) < 1e-12)
    }
  }

  @Test("Interpolating kernels are 1 at 0, and 0 at other integers")
  func interpolating() {
    for kernel in [Kernel.lanczos3, .catmullRom, .triangle, .box] {
      #expect(kernel.value(at: 0) == 1)
      for whole in 1...3 { #expect(abs(kernel.value(at: Double(whole))) < 1e-15) }
    }
  }

  @Test("The names are those of the command line")
  func names() {
    #expect(Kernel(rawValue: "catmull-rom") == .catmullRom)
    #expect(Kernel.allCases.map(\.rawValue) == ["lanczos3", "catmull-rom", "mitchell", "triangle", "box"])
  }

  @Test("Values filled in a row equal single values", arguments: Kernel.allCases)
  func fill(kernel: Kernel) throws {
    for (start, step) in [(-3.0, 0.01), (-2.9, 0.37), (-0.5, 1.0), (-3.2, 0.0625)] {
      var values = try UncheckedArray<Double>(repeating: 7, count: 700)
      kernel.fill(&values, 100..<690, start: start, step: step)
      #expect(values[99] == 7 && values[690] == 7)
      for (index, value) in (100..<690).map({ values[$0] }).enumerated() {
        #expect(abs(value - kernel.value(at: start + Double(index) * step)) < 1e-12)
      }
    }
  }
}
