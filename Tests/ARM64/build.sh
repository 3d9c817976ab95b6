#!/usr/bin/env bash
# Compiles the kernels and their trials: build.sh MACHINE FOLDER, MACHINE being arm64 or x86_64. Writes FOLDER/trials.
#
# Both machines are built alike, in Embedded Swift: the toolchain has its standard library for both, and needs no other part of
# Swift on them. The C library and its headers are those of Debian's cross compiler.
set -euo pipefail
machine=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources" && pwd)
case $machine in
  arm64) target=aarch64-none-none-elf headers=/usr/aarch64-linux-gnu/include linker=aarch64-linux-gnu-gcc ;;
  x86_64) target=x86_64-unknown-none-elf headers=/usr/include linker=gcc ;;
  *) echo "build.sh: $machine is neither arm64 nor x86_64" >&2; exit 64 ;;
esac
mkdir -p "$out"
flags=(
  -target "$target" -swift-version 6 -strict-memory-safety -enable-experimental-feature Embedded -wmo -O -parse-as-library -package-name imgbatch
  -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny
  -enable-upcoming-feature MemberImportVisibility -enable-testing -Xfrontend -disable-stack-protector -Xcc -fPIC -Xcc "-I$headers"
  -Xcc "-fmodule-map-file=$here/Headers/module.modulemap" -I "$out"
)
[ "$machine" = arm64 ] || flags+=(-Xcc "-I$headers/x86_64-linux-gnu")

# Comparisons of strings are linked although no trial compares any.
library=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/swift/embedded/$target

objects=()
# A module and its sources.
compile() {
  local module=$1
  shift
  swiftc "${flags[@]}" -module-name "$module" -emit-module -emit-module-path "$out/$module.swiftmodule" \
    -c -o "$out/$module.o" "$@"
  objects+=("$out/$module.o")
}

# The files of a module of the package, without some: module, names to leave out.
files() { find "$sources/$1" -name '*.swift' | grep -v -E "/(${2:-none})\.swift$" | sort; }

mapfile -t pixel_kernels < <(files PixelKernels)
compile PixelKernels "${pixel_kernels[@]}"
compile Parallelism "$here/Substitutes/Parallelism.swift"
compile ImageCore "$here/Substitutes/ImageCore.swift" "$sources/ImageCore/Formats/RawSpan+Reading.swift" \
  "$sources/ImageCore/Geometry/PixelSize.swift"
mapfile -t decoding < <(files JPEGDecoding 'ScaledDecoder|DecodingBands')
compile JPEGDecoding "${decoding[@]}" "$here/Substitutes/ScaledDecoder.swift"
mapfile -t encoding < <(files JPEGEncoding 'BaselineEncoder|GrowingBuffer')
compile JPEGEncoding "${encoding[@]}"
mapfile -t jpeg_kernels < <(files JPEGKernels)
compile JPEGKernels "${jpeg_kernels[@]}"
compile Trials "$here"/Trials/*.swift "$here/../JPEGDecodingTests/InverseDCT+Size.swift" \
  "$sources/ImageCodecs/PNG/DeflateBits.swift" \
  "$here/../ReferenceImplementations/ReferenceUnfilter.swift" \
  "$here/../ReferenceImplementations/ReferenceRowFilter.swift" "$here/../TestSupport/SeededNumbers.swift"
"$linker" -static-pie -o "$out/trials" "${objects[@]}" "$library/libswiftUnicodeDataTables.a" -lm
