#!/usr/bin/env python3
"""Damaged journals, in every mode and with every option that reads them.

usage: journals.py IMGBATCH SECONDS SEED

A run writes its journal. The journal is then damaged, or extended by false lines, and outputs are removed. No run may crash or
hang, every existing output must have the bytes of the first run, no missing output may be reported as written, and --resume must
find everything in the journal that the run leaves.
"""
import os
import shutil

from imagefiles import jpeg, png
from trials import MODES, Trials, damaged, verdicts

COUNT = 12
JOURNAL = ".imgbatch-journal"


def lies(data, numbers):
    """A journal with whole lines inserted, removed or repeated, and with parts of one line in another."""
    lines = data.split(b"\n")
    for _ in range(numbers.randint(1, 6)):
        kind, at = numbers.randrange(7), numbers.randrange(len(lines))
        if kind == 0:
            lines.insert(at, numbers.choice(lines))
        elif kind == 1:
            lines.pop(at)
            lines = lines or [b""]
        elif kind == 2:
            lines.insert(at, b"x" * numbers.choice((1, 1000, 100_000, 3_000_000)))
        elif kind == 3:
            lines.insert(at, bytes(numbers.choice((1, 100, 70_000))))
        elif kind == 4:
            lines.insert(at, numbers.randbytes(200).replace(b"\n", b""))
        elif kind == 5:
            lines[at] = damaged(lines[at], numbers) if lines[at] else b"{}"
        else:
            left, right = lines[at], numbers.choice(lines)
            lines[at] = left[:len(left) // 2] + right[len(right) // 2:]
    return b"\n".join(lines)


def main():
    trials = Trials(__doc__)

    def one_round(numbers, scratch):
        source, golden = scratch / "in", scratch / "golden"
        (source / "sub").mkdir(parents=True)
        for index in range(COUNT):
            folder = source / "sub" if index % 3 == 0 else source
            data = png(20 + index, 30, numbers=numbers) if index % 2 else jpeg(40, 20 + index)
            if index == 5:
                data = data[:len(data) // 2]
            (folder / f"{index:02d}.{'png' if index % 2 else 'jpg'}").write_bytes(data)
        if trials.command("resize", source, "--out", golden, "--size", "16") is None:
            return
        journal = (golden / JOURNAL).read_bytes()
        for option in (["--resume"], ["--retry-failed"], ["--existing", "update"], ["--existing", "skip"], []):
            broken = lies(journal, numbers)
            if numbers.random() < 0.5:
                broken = damaged(broken, numbers, words=(b"\n", b"{", b"}", b"\"", b"written", b"failed", b"\0", b"9" * 40))
            mode = MODES[(trials.rounds + len(option)) % len(MODES)]
            out = scratch / f"out{len(option) and option[-1]}"
            shutil.copytree(golden, out)
            (out / JOURNAL).write_bytes(broken)
            kept = scratch / "journal"
            kept.write_bytes(broken)
            gone = [path for path in files(out) if numbers.random() < 0.3]
            for path in gone:
                os.remove(out / path)
            done = trials.command(
                "resize", source, "--out", out, "--size", "16", "--mode", mode, *option, statuses=(0, 1, 66, 73), paths=[kept])
            trials.tried += 1
            if done is None:
                continue
            for path in files(out):
                if not (golden / path).exists() or (out / path).read_bytes() != (golden / path).read_bytes():
                    trials.finding(f"{option}: {path} has other bytes", kept)
            for event in done[1]:
                if event["status"] == "written" and not os.path.exists(event["output"]):
                    trials.finding(f"{option}: {event['output']} is not there", kept)
            if option != ["--resume"] or done[0] not in (0, 1):
                continue
            if set(files(out)) != set(files(golden)):
                trials.finding(f"--resume left out {set(files(golden)) ^ set(files(out))}", kept)
            again = trials.command("resize", source, "--out", out, "--size", "16", "--resume", paths=[kept, out / JOURNAL])
            if again and any(event["status"] == "written" for event in again[1]):
                trials.finding("a second --resume writes again", kept, out / JOURNAL)

    def files(folder):
        found = []
        for place, _, names in os.walk(folder):
            found += [os.path.relpath(os.path.join(place, name), folder) for name in names if not name.startswith(".")]
        return found

    trials.run(one_round)


if __name__ == "__main__":
    main()
