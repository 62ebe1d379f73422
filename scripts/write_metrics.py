#!/usr/bin/env python
"""Writes `docs/metrics.md` from the one list of metrics."""

from pathlib import Path

from infra.metric_list import metrics_page

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"

if __name__ == "__main__":
    PAGE.write_text(metrics_page(), encoding="utf-8")
