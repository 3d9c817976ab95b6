"""Tests of the installed package, with the samples of IMGBATCH_SAMPLES."""

from __future__ import annotations

import gc
import os
import pathlib
import shutil
import signal
import subprocess
import sys
from typing import Generator, List, Tuple

import pytest

import imgbatch

SAMPLES = pathlib.Path(os.environ["IMGBATCH_SAMPLES"])


def children() -> List[str]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return file.read().split()


def test_events_of_a_folder_in_order(tmp_path: pathlib.Path) -> None:
    events = list(imgbatch.resize(SAMPLES / "dogs", tmp_path / "out", size=100, jobs=1))
    assert isinstance(events[0], imgbatch.Start) and events[0].inputs == 3 and events[0].jobs == 1
    written = [event for event in events if isinstance(event, imgbatch.Written)]
    assert sorted((pathlib.Path(image.output).name, image.width, image.height) for image in written) == [
        ("bello.png", 100, 69),
        ("luna.jpg", 75, 100),
        ("rex.jpg", 100, 75),
    ]
    for image in written:
        assert os.path.getsize(image.output) == image.output_bytes
        assert os.path.getsize(image.source) == image.source_bytes
        assert image.seconds["decode"] > 0
    summary = events[-1]
    assert isinstance(summary, imgbatch.Summary)
    assert (summary.inputs, summary.written, summary.failed, summary.not_started) == (3, 3, 0, 0)
    assert children() == []


def test_several_inputs_sizes_and_options(tmp_path: pathlib.Path) -> None:
    inputs: List[imgbatch.run.StrPath] = [SAMPLES / "dogs" / "rex.jpg", str(SAMPLES / "dogs" / "luna.jpg")]
    events = imgbatch.resize(
        inputs, tmp_path, size=["400x", 64], fit="cover", format="jpeg", quality=60, mode="processes", options=["--gray"]
    )
    assert sum(isinstance(event, imgbatch.Written) for event in events) == 4
    assert sorted(path.name for path in tmp_path.glob("*.jpg")) == [
        "luna-400x.jpg",
        "luna-64.jpg",
        "rex-400x.jpg",
        "rex-64.jpg",
    ]


def test_skipped_and_planned(tmp_path: pathlib.Path) -> None:
    rex = SAMPLES / "dogs" / "rex.jpg"
    planned = list(imgbatch.resize(rex, tmp_path, options=["--dry-run"]))[1]
    assert isinstance(planned, imgbatch.Planned) and (planned.width, planned.height) == (256, 192)
    assert not os.path.exists(planned.output)
    list(imgbatch.resize(rex, tmp_path))
    skipped = list(imgbatch.resize(rex, tmp_path, existing="update"))[1]
    assert isinstance(skipped, imgbatch.Skipped)
    assert (skipped.output, skipped.reason) == (planned.output, "up-to-date")


def test_a_damaged_image_is_an_event_and_no_error(tmp_path: pathlib.Path) -> None:
    events = list(imgbatch.resize([SAMPLES / "broken" / "truncated.jpg", SAMPLES / "dogs" / "rex.jpg"], tmp_path))
    (failed,) = [event for event in events if isinstance(event, imgbatch.Failed)]
    assert failed.source.endswith("truncated.jpg") and (failed.stage, failed.code) == ("decode", "truncated")
    assert "the file ends too early" in failed.message
    summary = events[-1]
    assert isinstance(summary, imgbatch.Summary) and (summary.written, summary.failed) == (1, 1)


def test_a_path_that_is_not_utf8(tmp_path: pathlib.Path) -> None:
    source = tmp_path / os.fsdecode(b"rex\xff.jpg")
    shutil.copy(SAMPLES / "dogs" / "rex.jpg", source)
    written = list(imgbatch.resize(source, tmp_path / "out"))[1]
    assert isinstance(written, imgbatch.Written)
    assert written.source == str(source) and os.path.exists(written.output)


@pytest.mark.parametrize(
    "inputs, options, exit_code, said",
    [
        ("nothing-here", [], 66, "none of the inputs can be read"),
        (SAMPLES / "dogs", ["--filter", "blurry"], 64, "--filter"),
    ],
)
def test_what_ends_the_run_raises(
    tmp_path: pathlib.Path, inputs: imgbatch.run.StrPath, options: List[str], exit_code: int, said: str
) -> None:
    with pytest.raises(imgbatch.ImgbatchError) as caught:
        list(imgbatch.resize(inputs, tmp_path, options=options))
    assert caught.value.exit_code == exit_code
    assert said in caught.value.message and said in str(caught.value)


def unfinished_run(folder: pathlib.Path) -> Tuple[Generator[imgbatch.Event, None, None], str]:
    """A run that has begun and cannot end before its events are read, since they do not fit into a pipe; and its process."""
    (folder / "in").mkdir()
    for number in range(2000):
        os.link(folder / "one.png", folder / "in" / f"{number}.png")
    run = imgbatch.resize(folder / "in", folder / "out", size=16)
    assert isinstance(next(run), imgbatch.Start)
    (child,) = children()
    return run, child


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    shutil.copy(SAMPLES / "patterns" / "gray-1bit.png", tmp_path / "one.png")
    return tmp_path


def test_closing_ends_and_reaps_the_process(folder: pathlib.Path) -> None:
    run, child = unfinished_run(folder)
    run.close()
    assert children() == [] and not os.path.exists(f"/proc/{child}")
    assert len(os.listdir(folder / "out")) < 2000
    assert next(run, None) is None


def test_a_forgotten_generator_ends_the_process(folder: pathlib.Path) -> None:
    run, child = unfinished_run(folder)
    del run
    gc.collect()
    assert children() == [] and not os.path.exists(f"/proc/{child}")


def test_a_signal_is_an_error(folder: pathlib.Path) -> None:
    run, child = unfinished_run(folder)
    os.kill(int(child), signal.SIGKILL)
    with pytest.raises(imgbatch.ImgbatchError) as caught:
        list(run)
    assert caught.value.exit_code == 128 + signal.SIGKILL


def test_module_is_the_program() -> None:
    program = imgbatch.find_program()
    expected = subprocess.run([program, "--version"], stdout=subprocess.PIPE, check=True).stdout
    module = subprocess.run([sys.executable, "-m", "imgbatch", "--version"], stdout=subprocess.PIPE, check=True).stdout
    assert module == expected and expected.startswith(b"imgbatch ")
    assert subprocess.run([sys.executable, "-m", "imgbatch", "resize"], stderr=subprocess.DEVNULL).returncode == 64
