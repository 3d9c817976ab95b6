"""The events of a run: what `imgbatch --json` prints, one line for each.

Paths are text as Python has it (`os.fsdecode`), so that they open the same file even where they are not valid UTF-8.
Events and fields that a newer program adds are left out.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Tuple, Union


@dataclass(frozen=True)
class Start:
    """The first event. `jobs` is the number of workers, `inputs` None while a list is still being read."""

    version: str
    mode: str
    jobs: int
    inputs: Optional[int] = None


@dataclass(frozen=True)
class RunWarning:
    """A warning about the run as a whole."""

    code: str
    message: str


@dataclass(frozen=True)
class Written:
    """An output that was written. Source sizes are those as stored, `seconds` the time of each stage."""

    source: str
    output: str
    source_width: int
    source_height: int
    width: int
    height: int
    source_bytes: int
    output_bytes: int
    seconds: Mapping[str, float] = field(hash=False)
    quality: Optional[int] = None
    warnings: int = 0
    warning: Optional[str] = None
    notes: Tuple[str, ...] = ()
    redo: Optional[str] = None


@dataclass(frozen=True)
class Planned:
    """An output that a run without `--dry-run` would write."""

    source: str
    output: str
    source_width: int
    source_height: int
    width: int
    height: int
    source_bytes: int
    output_if_transparent: Optional[str] = None
    redo: Optional[str] = None


@dataclass(frozen=True)
class Skipped:
    """An output that was left as it is, for `reason`: exists, up-to-date or not-failed."""

    source: str
    output: str
    reason: str


@dataclass(frozen=True)
class Failed:
    """An image that has no output from this run: in which stage, an error code, and a sentence."""

    source: str
    stage: str
    code: str
    message: str


@dataclass(frozen=True)
class Summary:
    """The last event. `unreadable` counts images in formats that were not read; memory is in bytes."""

    inputs: int
    written: int
    skipped: int
    failed: int
    not_started: int
    outputs: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    planned: int = 0
    unreadable: Mapping[str, int] = field(default_factory=dict, hash=False)
    skipped_folders: Tuple[str, ...] = ()


Event = Union[Start, RunWarning, Written, Planned, Skipped, Failed, Summary]

_KINDS: Mapping[Tuple[str, Optional[str]], type[Event]] = {
    ("start", None): Start,
    ("warning", None): RunWarning,
    ("summary", None): Summary,
    ("file", "written"): Written,
    ("file", "planned"): Planned,
    ("file", "skipped"): Skipped,
    ("file", "failed"): Failed,
}


def parse(line: bytes) -> Optional[Event]:
    """The event of a line of `--json`; None if this module does not know it."""
    values: dict[str, Any] = json.loads(line)
    kind = _KINDS.get((values["event"], values.get("status")))
    if kind is None:
        return None
    values.update(values.get("error", {}))
    arguments = {}
    for item in dataclasses.fields(kind):
        name = re.sub("_(.)", lambda match: match[1].upper(), item.name)
        if name in values:
            arguments[item.name] = _value(values, name)
    return kind(**arguments)


def _value(values: Mapping[str, Any], name: str) -> Any:
    raw = values.get(name + "PathBytes")
    if raw is not None:
        return os.fsdecode(base64.b64decode(raw))
    value = values[name]
    return tuple(value) if isinstance(value, list) else value
