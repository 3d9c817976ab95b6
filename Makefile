# `make run` and `make test` work in a fresh checkout: they first install what is missing.

comma := ,

PREFIX ?= /usr/local
DESTDIR ?=

# `make build WEBP=no` leaves out WebP, and with it libwebp; OWN_CODECS=no leaves JPEG and PNG to libjpeg-turbo and libpng.
WEBP ?= yes
OWN_CODECS ?= yes
traits := $(if $(filter no,$(WEBP) $(OWN_CODECS)),--traits \
  Program$(if $(filter no,$(OWN_CODECS)),,$(comma)OwnCodecs)$(if $(filter no,$(WEBP)),,$(comma)WebP))

# The command that installs the libraries (DEPS=true if they are installed), and more flags for swift build.
DEPS ?= .ci/deps $(if $(filter no,$(WEBP)),no-webp)
SWIFT_FLAGS ?=

# For imgbatch --version; empty in an archive without git.
sources = $(shell [ ! -e .git ] || git describe --always --dirty --tags 2>/dev/null)
swift_build := swift build -c release --static-swift-stdlib $(traits) $(SWIFT_FLAGS)
swift_files := Sources Tests Package.swift samples/server/Sources samples/server/Package.swift

DIR ?= samples

# Benchmarks, fuzzers and the comparison with libjpeg are declared, and built, only where this is set.
bench check differential fuzz soak: export IMGBATCH_DEVELOPER_PROGRAMS = 1

.PHONY: help deps build run test check sanitize fuzz differential soak bench bench-fetch arm64-test server-test library-test traits-test docs stage deb deb-test dist dist-test wheel wheel-test image-test cluster-test install clean

help:
	@echo 'make run       build imgbatch, and make thumbnails of the images in samples/ in thumbs/'
	@echo 'make test      run all tests; the log is in .build/test.log'
	@echo 'make build     the release build of imgbatch and imgbatch-worker'
	@echo 'make install   programs, manual pages and completions below $$PREFIX (PREFIX=$(PREFIX))'
	@echo 'make deb       a Debian package in .build/deb'
	@echo 'make dist      an archive of programs that need glibc alone, in .build/dist'
	@echo 'make wheel     a wheel for pip of the same programs, in .build/dist'
	@echo 'make docs      articles and symbols as pages in .build/docs/html'
	@echo 'make deps      install the missing libraries by apt-get; the targets above do this first'
	@echo 'make clean     remove what the build made'
	@echo
	@echo 'For developers:'
	@echo 'make check     format, lint, rules of the design, links; a build with warnings as errors'
	@echo 'make fuzz      damaged images, journals, lists and messages, FUZZ_SECONDS=60 each'
	@echo 'make soak      guarantees that take minutes to test (best as root)'
	@echo 'make sanitize  tests under the address, leak and thread sanitizers (minutes)'
	@echo 'make differential   compare JPEG decoder and encoder with libjpeg: images below DIR (samples), random ones'
	@echo 'make arm64-test     run the kernels, compiled for arm64, under emulation against plain loops'
	@echo 'make server-test    build and test samples/server, a service of thumbnails (minutes)'
	@echo 'make library-test   follow the tutorial of the library in a new package (minutes)'
	@echo 'make traits-test    build without each trait of the package, and compare outputs (minutes)'
	@echo 'make bench     compare the speed with other programs (minutes)'
	@echo 'make bench-fetch    downloads from a server on this machine: waits, limits, kills (a minute)'
	@echo 'make deb-test  install the Debian package in a clean system (as root; needs debootstrap)'
	@echo 'make wheel-test     install the wheel in a clean system, test its module (likewise)'
	@echo 'make dist-test      run the archive in clean systems without its libraries (likewise)'
	@echo 'make image-test     build and run samples/cluster/Containerfile (as root; needs buildah, debootstrap)'
	@echo 'make cluster-test   shards by Slurm, GNU parallel and Ray on this machine (as root; see Tests/Cluster)'

deps:
	@$(DEPS) $(more)

# Reports in one sentence what a target needs in addition, before anything is built.
need-%:
	@.ci/needs $*

build: deps
	IMGBATCH_DESCRIPTION='$(sources)' $(swift_build)

run: build
	"$$($(swift_build) --show-bin-path)/imgbatch" resize samples/dogs samples/patterns --out thumbs
	@echo "The thumbnails are in $(CURDIR)/thumbs"

test: deps
	.ci/test $(traits)

check: deps
	swift format lint --strict --recursive --parallel $(swift_files)
	.ci/fences
	.ci/arrows
	.ci/links
	.ci/workflows
	IMGBATCH_WARNINGS_AS_ERRORS=1 swift build --build-tests --scratch-path .build/check
	.ci/api .build/check

sanitize: need-sanitize deps
	Tests/Sanitizers/sanitize.sh

# The last steps run the whole program in every mode: over damaged images, then over everything else that it reads.
fuzz: need-fuzz build
	$(DEPS) python
	Tests/Fuzz/fuzz.sh
	python3 Tests/Fuzz/runs.py "$$($(swift_build) --show-bin-path)/imgbatch" "$$($(swift_build) --show-bin-path)/decode-fuzz" \
	  "$${FUZZ_SECONDS:-60}" "$${FUZZ_SEED:-$$(date +%s)}"
	Tests/Fuzz/WholeRuns/all.sh "$$($(swift_build) --show-bin-path)/imgbatch" "$${FUZZ_SECONDS:-60}" "$${FUZZ_SEED:-$$(date +%s)}"

differential: build
	swift run -c release jpeg-differential compare $(DIR)
	swift run -c release jpeg-differential encode 100000 "$${SEED:-$$(date +%s)}"
	python3 Tests/Differential/cover.py "$$($(swift_build) --show-bin-path)/imgbatch" $(DIR)

# Not by the package manager: the toolchain has no Swift for arm64 but the embedded one.
arm64-test: need-arm64-test
	Tests/ARM64/build.sh arm64 .build/arm64/arm64
	Tests/ARM64/build.sh x86_64 .build/arm64/x86_64
	python3 Tests/ARM64/arm64.py .build/arm64

# Its dependencies are built apart, so that nothing else waits for them.
server_build := swift build -c release --package-path samples/server --scratch-path .build/server
server-test: need-server-test build
	$(server_build)
	python3 samples/server/Tests/test_server.py "$$($(server_build) --show-bin-path)/thumbnail-server" \
	  "$$($(swift_build) --show-bin-path)/imgbatch"

library-test: need-library-test build
	Tests/Tutorial/tutorial.sh "$$($(swift_build) --show-bin-path)/imgbatch"

traits-test: build
	Tests/Traits/traits.sh "$$($(swift_build) --show-bin-path)/imgbatch"

soak: need-soak deps
	Tests/Soak/soak.sh

bench: need-bench build
	Tests/Benchmarks/bench.sh "$$($(swift_build) --show-bin-path)/imgbatch" "$$($(swift_build) --show-bin-path)/kernel-bench"

docs: deps
	.ci/docs

# As root: Slurm and sshd on loopback addresses.
cluster-test: need-cluster-test build
	Tests/Cluster/cluster.sh "$$($(swift_build) --show-bin-path)"

bench-fetch: need-bench-fetch build
	python3 Tests/Benchmarks/fetch_bench.py "$$($(swift_build) --show-bin-path)/imgbatch" $(PICTURES)

# imgbatch looks for the worker in its own folder.
install: build
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 "$$($(swift_build) --show-bin-path)/imgbatch" "$$($(swift_build) --show-bin-path)/imgbatch-worker" \
	  "$(DESTDIR)$(PREFIX)/bin"
	.ci/packaging/manual "$$($(swift_build) --show-bin-path)/imgbatch" "$(DESTDIR)$(PREFIX)/share"

# The tree of which all packages are made.
stage: more = packages
stage: build
	.ci/packaging/stage "$$($(swift_build) --show-bin-path)" .build/stage

# Without the source of Little CMS, the package depends on its shared library.
deb: export ALLOW_SHARED_LCMS2 = yes
deb: stage
	.ci/packaging/deb .build/stage .build/deb

dist: stage
	.ci/packaging/dist .build/stage .build/dist

wheel: need-wheel stage
	.ci/packaging/wheel .build/stage .build/dist

deb-test: need-deb-test deb
	.ci/packaging/deb-test .build/deb/imgbatch_*.deb

dist-test: need-dist-test dist
	.ci/packaging/dist-test .build/dist/imgbatch-*.tar.xz "$$($(swift_build) --show-bin-path)/imgbatch"

wheel-test: need-wheel-test wheel
	.ci/packaging/wheel-test .build/dist/imgbatch-*.whl

image-test: need-image-test
	.ci/packaging/image-test

clean:
	swift package clean
	rm -rf .build/check .build/server .build/asan .build/tsan .build/arm64 .build/fuzz .build/deb .build/dist .build/stage .build/lcms2 .build/roots .build/docs thumbs
