/// Linear least squares.
enum LeastSquares {
  /// The coefficients that minimize the relative errors: an error of 1 % has the same weight at 2 s as at 20 s.
  /// - Parameters:
  ///   - rows: the terms at each point; all of equal length.
  ///   - values: the measured values, above 0; at least as many as there are terms.
  /// - Returns: nil where the terms are linearly dependent.
  static func factors(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
    precondition(rows.count == values.count, "a value a point")
    let count = rows.first?.count ?? 0
    guard rows.count >= count, count > 0 else { return nil }
    // Normal equations. There are at most three terms, between 0 and a few hundred, so double precision is sufficient.
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

  /// Gauss-Jordan elimination with partial pivoting. The last column is the right-hand side.
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
