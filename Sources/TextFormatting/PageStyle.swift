/// The style of all pages (`page.css`, without its last newline). It follows the reader's font, color scheme and screen width.
package let pageStyle = String(decoding: PackageResources.page_css.dropLast(), as: UTF8.self)
