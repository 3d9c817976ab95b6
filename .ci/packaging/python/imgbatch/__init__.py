"""Thumbnails of whole folders of images, by the program imgbatch that this package contains."""

from .events import Event, Failed, Planned, RunWarning, Skipped, Start, Summary, Written
from .run import ImgbatchError, find_program, resize

__all__ = [
    "Event",
    "Failed",
    "ImgbatchError",
    "Planned",
    "RunWarning",
    "Skipped",
    "Start",
    "Summary",
    "Written",
    "find_program",
    "resize",
]
