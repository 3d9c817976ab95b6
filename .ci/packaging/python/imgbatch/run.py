"""Runs the program and reads its events."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import tempfile
from typing import IO, Generator, Iterable, Optional, Sequence, Union

from .events import Event, Summary, parse

StrPath = Union[str, "os.PathLike[str]"]
Size = Union[int, str]

#: Exit codes of a run that went to its end: every image was written or skipped, or some failed (each is an event).
_COMPLETE = (0, 1)

#: How long a run that is no longer wanted may take to remove what is incomplete, in seconds.
_PATIENCE = 5.0


class ImgbatchError(Exception):
    """A run that did not take place or did not end: wrong usage, no input, no output folder, a signal.

    `exit_code` is that of the program (64, 66, 70, 73; 128 and the signal's number after a signal), `message` what it said.
    """

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(exit_code, message)
        self.exit_code = exit_code
        self.message = message

    def __str__(self) -> str:
        return self.message


def find_program() -> str:
    """The path of the program that was installed with this package."""
    for file in importlib.metadata.files("imgbatch") or ():
        if file.name == "imgbatch" and file.parent.name == "bin":
            return os.path.normpath(file.locate())
    raise FileNotFoundError("the program imgbatch was not installed with this package")


def resize(
    inputs: Union[StrPath, Iterable[StrPath]],
    out: StrPath,
    *,
    size: Union[None, Size, Sequence[Size]] = None,
    fit: Optional[str] = None,
    format: Optional[str] = None,
    quality: Optional[int] = None,
    existing: Optional[str] = None,
    mode: Optional[str] = None,
    jobs: Optional[int] = None,
    options: Sequence[str] = (),
) -> Generator[Event, None, None]:
    """Makes thumbnails of files and folders in the folder `out`, and yields an event for each as it ends.

    The keywords are options of `imgbatch resize` (see its `--help`), `options` are further ones as on the command line:
    `options=["--upscale"]`. The run starts with the first event that is asked for. Closing the generator ends it. An image
    that fails is an event, `Failed`; what ends the run as a whole raises `ImgbatchError`.
    """
    command = [find_program(), "resize", "--json", "--out", os.fspath(out)]
    for given in [size] if size is None or isinstance(size, (int, str)) else size:
        command += _option("size", given)
    command += _option("fit", fit) + _option("format", format) + _option("quality", quality)
    command += _option("existing", existing) + _option("mode", mode) + _option("jobs", jobs)
    command += [*options, "--"]
    command += [os.fspath(path) for path in ([inputs] if isinstance(inputs, (str, os.PathLike)) else inputs)]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints)
        summary: Optional[Event] = None
        try:
            for line in process.stdout or ():
                event = parse(line)
                if isinstance(event, Summary):
                    summary = event
                if event is not None:
                    yield event
            process.wait()
        finally:
            _end(process)
        if process.returncode not in _COMPLETE or summary is None:
            raise _error(process.returncode, complaints)


def _option(name: str, value: Union[None, Size]) -> list[str]:
    return [] if value is None else [f"--{name}={value}"]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process if it still runs, and takes its status."""
    process.terminate()
    try:
        process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _error(status: int, complaints: IO[bytes]) -> ImgbatchError:
    complaints.seek(0)
    message = os.fsdecode(complaints.read()).strip()
    exit_code = 128 - status if status < 0 else status
    return ImgbatchError(exit_code, message or f"imgbatch ended with status {exit_code}")
