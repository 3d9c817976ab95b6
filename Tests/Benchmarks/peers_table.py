#!/usr/bin/env python3
"""Compares imgbatch with other programs and prints the tables of the article Performance, in Markdown.

usage: peers_table.py IMGBATCH CORPUS BENCH_PEERS [--runs N] [--peers all|best] [--sets NAME,...]

BENCH_PEERS is the script that runs all contenders interleaved and gives medians as JSON; CORPUS the folder of its
pictures. A further run of each contender gives the bytes that it writes; another one, that writes PNGs, its quality
(quality.py). Needs Pillow and numpy."""
import argparse
import importlib.util
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

import quality

# By the name of the set: the folder of its pictures, and what is made of them.
SETS = {
    "photos": ("photos", "large JPEG photographs → 256"),
    "small": ("small", "JPEGs of 500x375 → 224"),
    "pngs": ("pngs", "large PNGs → 256"),
    "cameras": ("cameras", "baseline JPEGs of 8 to 24 MP with sensor noise → 256"),
    "web": ("photos", "large JPEG photographs → 1280"),
    "pngweb": ("pngs", "large PNGs → 1280"),
}


def first_line_of(path, start):
    with open(path) as lines:
        return next((line.split(":", 1)[-1].strip() for line in lines if line.startswith(start)), "")


def machine(binary):
    """One sentence on what the figures were measured on."""
    distribution = first_line_of("/etc/os-release", "PRETTY_NAME").split("=")[-1].strip('"')
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    cores = len(os.sched_getaffinity(0))
    memory = int(first_line_of("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    return (
        f"{first_line_of('/proc/cpuinfo', 'model name')}, {cores} cores, {memory:.0f} GiB, {distribution}, "
        f"Linux {platform.release().split('-')[0]}; {version}"
    )


def module(path):
    """The script of the contenders, for their commands."""
    spec = importlib.util.spec_from_file_location("bench_peers", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


class Outputs:
    """What the contenders write for the pictures of a set, in bytes and in quality."""

    def __init__(self, bench, binary, peers, source, size, work):
        self.bench, self.binary, self.peers, self.source, self.size = bench, binary, peers, source, size
        self.work = work

    def run(self, name, source, out, replacements=()):
        """Makes the thumbnails of a folder by a contender's command, in a folder of their own."""
        scripts = {}
        for script, text in (("pillow", self.bench.PILLOW), ("pyvips", self.bench.PYVIPS), ("opencv", self.bench.OPENCV)):
            for old, new in replacements:
                text = text.replace(old, new)
            scripts[script] = os.path.join(self.work, f"peer_{script}.py")
            pathlib.Path(scripts[script]).write_text(text)
        os.makedirs(out)
        command = self.bench.contenders(self.binary, os.fspath(source), os.fspath(out), self.size, scripts, self.peers)[name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def byte_count(self, name):
        out = self.work / "bytes" / name
        self.run(name, self.source, out)
        return sum(p.stat().st_size for p in out.rglob("*") if p.is_file() and not p.name.startswith("."))

    def qualities(self, names):
        """Per contender, the PSNR of each picture."""
        pictures = quality.pictures_of(self.source)
        # The commands choose the format by the names, of the folder and of the pictures.
        links = self.work / "pngs"
        links.mkdir()
        for picture in pictures:
            (links / picture.with_suffix(".png").name).symlink_to(picture)
        # The JPEGs are still decoded as JPEGs: at a reduced size, like those with names of JPEGs.
        is_reduced = [("if p.endswith('jpg'):", "if True:"), ("flags[k] if p.endswith('jpg')", "flags[k] if True")]
        made = {}
        for name in names:
            out = self.work / "quality" / name
            if name == "imgbatch":
                out.mkdir(parents=True)
                made[name] = quality.make(self.binary, self.source, pictures, self.size, out)
            else:
                self.run(name, links, out, is_reduced if pictures[0].suffix == ".jpg" else ())
                made[name] = [out / p.with_suffix(".png").name for p in pictures]
        rows = quality.of_pictures([(p, [made[n][i] for n in names]) for i, p in enumerate(pictures)])
        return dict(zip(names, zip(*rows)))


def add_outputs(results, bench, arguments):
    """Adds bytes and quality to the figures of each contender."""
    for name, rows in results.items():
        folder, size = bench.SETS[name]
        with tempfile.TemporaryDirectory() as work:
            outputs = Outputs(
                bench, os.path.abspath(arguments.binary), arguments.peers, pathlib.Path(arguments.corpus, folder).resolve(),
                size, pathlib.Path(work))
            # The others name or write their outputs in other ways.
            compared = [n for n in rows if n.split()[0] in ("imgbatch", "OpenCV", "Pillow", "pyvips")]
            qualities = outputs.qualities(compared)
            for contender, row in rows.items():
                row["bytes"] = outputs.byte_count(contender)
                row["psnr"] = qualities.get(contender)


def cells(row, own):
    psnr = f"{statistics.median(row['psnr']):.1f} / {min(row['psnr']):.1f}" if row["psnr"] else ""
    return [
        f"{row['cpu']:.2f}", f"{row['wall']:.2f}", f"{row['peak']:.0f}", f"{row['bytes'] / 1e6:.2f}", psnr,
        "1" if row is own else f"{row['cpu'] / own['cpu']:.2f}",
    ]


def table(results, corpus):
    for name, rows in results.items():
        own = rows["imgbatch"]
        folder, title = SETS[name]
        count = len(os.listdir(os.path.join(corpus, folder)))
        yield f"**{count} {title}**\n"
        yield "| | CPU s | wall s | peak MiB | MB written | PSNR dB, median / least | CPU, imgbatch = 1 |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        yield "| " + " | ".join(f"**{cell}**" for cell in ["imgbatch", *cells(own, own)]) + " |"
        for peer, row in sorted(rows.items(), key=lambda item: item[1]["cpu"]):
            if row is not own:
                yield "| " + " | ".join([peer, *cells(row, own)]) + " |"
        yield ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("corpus")
    parser.add_argument("bench_peers")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", default="best", choices=["all", "best"])
    parser.add_argument("--sets", default=",".join(SETS))
    arguments = parser.parse_args()
    command = [sys.executable, arguments.bench_peers, arguments.binary, arguments.corpus, "--json"]
    command += ["--runs", str(arguments.runs), "--peers", arguments.peers, "--sets", arguments.sets]
    measured = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    results = json.loads(measured)
    add_outputs(results, module(arguments.bench_peers), arguments)
    print(f"Medians of {arguments.runs} interleaved runs. {machine(arguments.binary)}.\n")
    print("\n".join(table(results, arguments.corpus)))


if __name__ == "__main__":
    main()
