"""Keeps libraries from reporting home: a camera worker calls nobody but whom it was told to."""

import sys
from typing import Final

_REPORTERS: Final = ("openvino_telemetry",)
"""OpenVINO tells Google Analytics of its import and of each export, by a process forked out of
ours. It does without where this isn't there."""


def report_nothing() -> None:
    """Call it before a library that reports is imported; may be repeated."""
    for name in _REPORTERS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # so an import fails
