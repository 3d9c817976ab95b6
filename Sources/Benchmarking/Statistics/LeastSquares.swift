/// Least squares for curves that are sums of known terms, each with a factor to be found.
enum LeastSquares {
  /// The factors that make the relative errors smallest: a time of 2 s that is off by 1 % counts as much as one of 20 s.
  /// - Parameters:
  ///   - rows: the terms at each point; all as long.
  ///   - values: what was measured there, above 0; at least as many as there are terms.
  /// - Returns: nil where the points do not tell the terms apart.
  static func factors(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
    precondition(rows.count == values.count, "a value a point")
    let count = rows.first?.count ?? 0
    guard rows.count >= count, count > 0 else { return nil }
    // Normal equations; three terms at most, each of them between 0 and a few hundred, so doubles are far from their end.
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count + 1), count: count)
    for (row, value) in zip(rows, values) {
      let scaled = row.map { $0 / value }
      for i in 0..<count {
        for j in 0..<count { matrix[i][j] += scaled[i] * scaled[j] }
        matrix[i][count] += scaled[i]
      }
    }
    return solution(of: matrix)
  }

  /// Gauss's elimination with pivots; the last column is the right side.
  private static func solution(of matrix: [[Double]]) -> [Double]? {
    var matrix = matrix
    let count = matrix.count
    for column in 0..<count {
      let pivot = (column..<count).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
      matrix.swapAt(column, pivot)
      guard abs(matrix[column][column]) > 1e-12 else { return nil }
      for row in 0..<count where row != column {
        let factor = matrix[row][column] / matrix[column][column]
        for index in column...count { matrix[row][index] -= factor * matrix[column][index] }
      }
    }
    return (0..<count).map { matrix[$0][count] / matrix[$0][$0] }
  }
}
