# Homebrew formula. It builds from an archive or a repository that you name, as there is no published release:
#   git archive --prefix=imgbatch-0.1.0/ -o imgbatch-0.1.0.tar.gz HEAD
#   HOMEBREW_IMGBATCH_ARCHIVE=$PWD/imgbatch-0.1.0.tar.gz brew install --formula .ci/packaging/imgbatch.rb
#   HOMEBREW_IMGBATCH_GIT=$PWD brew install --HEAD --formula .ci/packaging/imgbatch.rb
# Written against Homebrew's documentation; it was not run by brew yet.
class Imgbatch < Formula
  desc "Thumbnails of whole folders of JPEG and PNG pictures"
  license "MIT"

  if (archive = ENV["HOMEBREW_IMGBATCH_ARCHIVE"])
    url "file://#{archive}"
    version "0.1.0"
    sha256 Digest::SHA256.file(archive).hexdigest
  end
  if (repository = ENV["HOMEBREW_IMGBATCH_GIT"])
    head repository, using: :git, branch: "main"
  end

  depends_on "pkgconf" => :build
  depends_on "swift" => :build
  depends_on "jpeg-turbo"
  depends_on "libdeflate"
  depends_on "libpng"
  depends_on :linux
  depends_on "little-cms2"

  def install
    # Homebrew has its own sandbox and has installed the libraries.
    system "make", "install", "PREFIX=#{prefix}", "DEPS=true", "SWIFT_FLAGS=--disable-sandbox"
    pkgshare.install "samples"
  end

  test do
    system bin/"imgbatch", "resize", pkgshare/"samples/dogs", "--out", testpath/"thumbs"
    assert_path_exists testpath/"thumbs/rex.jpg"
  end
end
