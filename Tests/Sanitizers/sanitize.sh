#!/usr/bin/env bash
# The tests of codecs, kernels and the library under the address and leak sanitizers, those of what runs on threads under the thread
# sanitizer. Any report is a failure.
# Builds of their own in .build/asan and .build/tsan; some minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
# A trap in a sanitized program can hang in the backtracer.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export LSAN_OPTIONS=suppressions=$PWD/Tests/Sanitizers/leaks.supp:print_suppressions=0
# Workers that tests have die are to die by their signal, as without a sanitizer.
export TSAN_OPTIONS=suppressions=$PWD/Tests/Sanitizers/races.supp:halt_on_error=1:allocator_may_return_null=1:handle_segv=0:handle_abort=0:handle_sigill=0:handle_sigtrap=0

sanitized() { timeout 1800 swift test --sanitize="$1" --scratch-path ".build/$2" --filter "$3" --skip CorpusTests; }

sanitized address asan '^(ImageCodecsTests|ImageCoreTests|JPEGDecodingTests|JPEGEncodingTests|ThumbnailsTests)\.'
sanitized thread tsan '^(BatchTests|ImageCoreTests|JPEGDecodingTests|ThumbnailsTests)\.'
echo 'no report of a sanitizer'
