# `make run` and `make test` work on a fresh checkout; what they need is installed first if it is missing.

PREFIX ?= /usr/local
DESTDIR ?=

# Package traits to build and test with, as in `make test TRAITS=WebP`.
TRAITS ?=
traits := $(if $(TRAITS),--traits $(TRAITS))

# What prepares the libraries (DEPS=true where a package manager did), and more flags for swift build.
DEPS ?= .ci/deps $(TRAITS)
SWIFT_FLAGS ?=

# For imgbatch --version; an archive without git says nothing.
sources = $(shell [ ! -e .git ] || git describe --always --dirty --tags 2>/dev/null)
swift_build := swift build -c release --static-swift-stdlib $(traits) $(SWIFT_FLAGS)
swift_files := Sources Tests Package.swift

DIR ?= samples

# Benchmarks, fuzzers and the comparison with libjpeg are declared, and built, only where this is set.
bench check differential fuzz soak: export IMGBATCH_DEVELOPER_PROGRAMS = 1

.PHONY: help deps build run test check sanitize fuzz differential soak bench bench-fetch docs deb deb-test image-test cluster-test install clean

help:
	@echo 'make deps      install the libraries that are missing, by apt-get'
	@echo 'make build     the release build of imgbatch and imgbatch-worker'
	@echo 'make run       thumbnails of the pictures in samples/, in thumbs/'
	@echo 'make test      all tests; the log goes to .build/test.log'
	@echo 'make check     format, lint, fences and imports of the design, a build with warnings as errors'
	@echo 'make sanitize  the tests of codecs and batch under the address, leak and thread sanitizers (minutes)'
	@echo 'make fuzz      damage the samples and decode them for FUZZ_SECONDS (60), from FUZZ_SEED (the time) on; three ways;'
	@echo '               then metadata, journals, lists, answers of servers and what workers say, each as long'
	@echo 'make differential   decode the JPEGs below DIR (samples) by JPEGDecoding and by libjpeg, and compare the pixels;'
	@echo '                    then crop them in any order and mode, and compare the bytes'
	@echo 'make soak      the promises of reliability that take longer than tests may (minutes; best as root)'
	@echo 'make bench     the tables of the README: peers side by side, then resampler and PNG encoder alone (minutes)'
	@echo 'make docs      the articles and symbols for users and developers in .build/docs/html, by docc; stops at broken links'
	@echo 'make deb       a Debian package in .build/deb'
	@echo 'make deb-test  that package installed and run in a clean root (as root; needs debootstrap)'
	@echo 'make image-test  samples/cluster/Containerfile built and run without a registry (as root; needs buildah, debootstrap)'
	@echo 'make cluster-test  shards by Slurm, GNU parallel over ssh and Ray, on loopback (as root; packages: Tests/Cluster)'
	@echo 'make bench-fetch  downloads against a server of its own on loopback: waits, limits, kills (a minute)'
	@echo 'make install   the two programs, manual page and completions below $$PREFIX (PREFIX=$(PREFIX))'
	@echo 'make clean     remove what the build made'

deps:
	@$(DEPS) $(more)

# What a target needs beyond that: said in one sentence before anything is built.
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
	IMGBATCH_WARNINGS_AS_ERRORS=1 swift build --build-tests --scratch-path .build/check

sanitize: need-sanitize deps
	Tests/Sanitizers/sanitize.sh

# The last steps run the whole program in every mode: over damaged files, then over all else that it reads.
fuzz: need-fuzz build
	$(DEPS) python
	Tests/Fuzz/fuzz.sh
	python3 Tests/Fuzz/runs.py "$$($(swift_build) --show-bin-path)/imgbatch" "$$($(swift_build) --show-bin-path)/decode-fuzz" \
	  "$${FUZZ_SECONDS:-60}" "$${FUZZ_SEED:-$$(date +%s)}"
	Tests/Fuzz/WholeRuns/all.sh "$$($(swift_build) --show-bin-path)/imgbatch" "$${FUZZ_SECONDS:-60}" "$${FUZZ_SEED:-$$(date +%s)}"

differential: build
	swift run -c release jpeg-differential compare $(DIR)
	python3 Tests/Differential/cover.py "$$($(swift_build) --show-bin-path)/imgbatch" $(DIR)

soak: need-soak deps
	Tests/Soak/soak.sh

bench: need-bench build
	Tests/Benchmarks/bench.sh "$$($(swift_build) --show-bin-path)/imgbatch" "$$($(swift_build) --show-bin-path)/kernel-bench"

# Symbols are those of all traits, so the headers of each have to be there.
docs: more = WebP
docs: deps
	.ci/docs

# As root: Slurm and sshd on loopback addresses.
cluster-test: need-cluster-test build
	Tests/Cluster/cluster.sh "$$($(swift_build) --show-bin-path)"

bench-fetch: need-bench-fetch build
	python3 Tests/Benchmarks/fetch_bench.py "$$($(swift_build) --show-bin-path)/imgbatch" $(PICTURES)

# The worker has to lie beside imgbatch, which looks for it there.
install: build
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 "$$($(swift_build) --show-bin-path)/imgbatch" "$$($(swift_build) --show-bin-path)/imgbatch-worker" \
	  "$(DESTDIR)$(PREFIX)/bin"
	.ci/packaging/manual "$$($(swift_build) --show-bin-path)/imgbatch" "$(DESTDIR)$(PREFIX)/share"

deb: more = deb
deb: deps
	.ci/packaging/deb .build/deb

deb-test: need-deb-test deb
	.ci/packaging/deb-test .build/deb/imgbatch_*.deb

image-test: need-image-test
	.ci/packaging/image-test

clean:
	swift package clean
	rm -rf .build/check .build/asan .build/tsan .build/fuzz .build/manual .build/deb .build/docs thumbs
