import ImageCodecs
import ImageCore
import Testing

@Suite struct ShrinkOnLoadTests {
  @Test(arguments: [
    (ShrinkRule.safe, 100, 1), (.safe, 399, 1), (.safe, 400, 2), (.safe, 799, 2), (.safe, 800, 4), (.safe, 1599, 4),
    (.safe, 1600, 8), (.safe, 60000, 8), (.fast, 199, 1), (.fast, 200, 2), (.fast, 400, 4), (.fast, 800, 8),
    (.off, 60000, 1),
  ])
  func `the denominator leaves the factor that the rule requires`(rule: ShrinkRule, side: Int, denominator: Int) {
    let target = PixelSize(width: 100, height: 100)
    #expect(rule.denominator(from: PixelSize(width: side, height: side), to: target) == denominator)
    #expect(rule.denominator(from: PixelSize(width: side, height: 60000), to: target) == denominator)
    #expect(rule.denominator(from: PixelSize(width: 60000, height: side), to: target) == denominator)
  }
}
