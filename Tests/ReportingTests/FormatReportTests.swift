import ImageCodecs
import ImageCore
import Reporting
import Testing
import TextFormatting

@Suite("The output of formats")
struct FormatReportTests {
  private func report(_ format: ImageFormat, _ decoder: DecoderAvailability) -> FormatReport {
    FormatReport(format: format, decoder: decoder)
  }

  @Test("A row names what reads and whether imgbatch writes a format")
  func rows() {
    #expect(report(.gif, .builtIn).fields == ["GIF", "gif", "imgbatch", "-"])
    #expect(report(.png, .builtIn).fields[2].hasPrefix("libpng 1."))
    #expect(report(.heic, .library("libheif 1.15.1")).fields == ["HEIC", "heic heif hif", "libheif 1.15.1", "-"])
    #expect(report(.heic, .missing(.library)).fields[2] == "-")
    #expect(report(.tiff, .needsIsolation).fields[2] == "-")
  }

  @Test("Advice names the package")
  func advice() {
    #expect(report(.heic, .missing(.library)).advice == "HEIC: apt-get install libheif1")
    #expect(report(.avif, .missing(.plugin)).advice == "AVIF: apt-get install libheif-plugin-dav1d")
    #expect(report(.jpegXL, .missing(.unsuitable)).advice == "JPEG XL: install a later libjxl")
    #expect(report(.heic, .library("libheif 1.15.1")).advice == nil)
  }

  @Test("A line of JSON has the same facts")
  func lines() {
    #expect(
      report(.heic, .missing(.library)).jsonLine
        == #"{"event":"format","format":"heic","name":"HEIC","isRead":false,"isWritten":false,"package":"libheif1"}"#)
    #expect(
      report(.gif, .builtIn).jsonLine
        == #"{"event":"format","format":"gif","name":"GIF","isRead":true,"reader":"imgbatch","isWritten":false}"#)
  }

  @Test("The table fits 80 columns, whether libraries are there or missing")
  func width() {
    for decoder in [DecoderAvailability.builtIn, .missing(.library), .missing(.plugin), .missing(.unsuitable)] {
      let rows = ImageFormat.allCases.map { format in
        report(format, format.libraryVersions.isEmpty && format.library != nil ? decoder : .builtIn).fields
      }
      let lines = Table([FormatReport.titles] + rows).text(.text).split(separator: "\n")
      #expect(lines.count == ImageFormat.allCases.count + 1)
      #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
    }
  }
}
