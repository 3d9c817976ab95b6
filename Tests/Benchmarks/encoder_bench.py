#!/usr/bin/env python3
"""The PNG encoder beside libpng's, level by level, on the same pixels: CPU time of one thread and bytes.

usage: encoder_bench.py path/to/imgbatch path/to/kernel-bench corpus [rounds]

The pixels are thumbnails of 256, as PNG, of the corpus's photos and pngs. The two encoders take turns round by round.
"""
import json
import pathlib
import subprocess
import sys
import tempfile


def main():
    imgbatch, bench, corpus = sys.argv[1:4]
    rounds = sys.argv[4] if len(sys.argv) > 4 else "3"
    with tempfile.TemporaryDirectory() as folder:
        command = [imgbatch, "resize", f"{corpus}/photos", f"{corpus}/pngs", "--out", folder]
        subprocess.run([*command, "--size", "256", "--format", "png", "--quiet"], check=True)
        thumbnails = sorted(map(str, pathlib.Path(folder).rglob("*.png")))
        lines = subprocess.run(
            [bench, "encode", rounds, *thumbnails], check=True, capture_output=True, text=True
        ).stdout
    print(f"PNG encoding of {len(thumbnails)} thumbnails; medians of {rounds}, CPU time and bytes against libpng\n")
    print("| level | libpng ms | imgbatch ms | libpng/imgbatch | size |")
    print("| --- | --- | --- | --- | --- |")
    for line in lines.splitlines():
        row = json.loads(line)
        theirs, ours = row["libpng"], row["imgbatch"]
        print(
            f"| {row['level']} | {theirs['microseconds'] / 1e3:.0f} | {ours['microseconds'] / 1e3:.0f} "
            f"| {theirs['microseconds'] / ours['microseconds']:.1f} | {ours['bytes'] / theirs['bytes']:.3f} |"
        )


if __name__ == "__main__":
    main()
