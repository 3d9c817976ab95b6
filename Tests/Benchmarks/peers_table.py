#!/usr/bin/env python3
"""Compares imgbatch with other programs and prints the tables of the article Performance, in Markdown.

usage: peers_table.py IMGBATCH CORPUS BENCH_PEERS [--runs N] [--peers all|best]

BENCH_PEERS is the script that runs all contenders interleaved and gives medians as JSON; CORPUS the folder of its
pictures. Needs nothing but the standard library."""
import argparse
import json
import os
import platform
import subprocess
import sys

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


def table(results, corpus):
    for name, rows in results.items():
        own = rows.pop("imgbatch")
        folder, title = SETS[name]
        count = len(os.listdir(os.path.join(corpus, folder)))
        yield f"**{count} {title}**\n"
        yield "| | CPU s | wall s | peak MiB | CPU, imgbatch = 1 |"
        yield "| --- | ---: | ---: | ---: | ---: |"
        yield f"| **imgbatch** | **{own['cpu']:.2f}** | **{own['wall']:.2f}** | **{own['peak']:.0f}** | **1** |"
        for peer, row in sorted(rows.items(), key=lambda item: item[1]["cpu"]):
            ratio = row["cpu"] / own["cpu"]
            yield f"| {peer} | {row['cpu']:.2f} | {row['wall']:.2f} | {row['peak']:.0f} | {ratio:.2f} |"
        yield ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("corpus")
    parser.add_argument("bench_peers")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", default="best", choices=["all", "best"])
    arguments = parser.parse_args()
    command = [sys.executable, arguments.bench_peers, arguments.binary, arguments.corpus, "--json"]
    command += ["--runs", str(arguments.runs), "--peers", arguments.peers, "--sets", ",".join(SETS)]
    measured = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(f"Medians of {arguments.runs} interleaved runs. {machine(arguments.binary)}.\n")
    print("\n".join(table(json.loads(measured), arguments.corpus)))


if __name__ == "__main__":
    main()
