#!/usr/bin/env python
"""Writes `docs/metrics.md` and `docs/logs.md` from the one list of each."""

from pathlib import Path

from infra.log_list import logs_page
from infra.metric_list import metrics_page

DOCS = Path(__file__).parents[1] / "docs"

if __name__ == "__main__":
    (DOCS / "metrics.md").write_text(metrics_page(), encoding="utf-8")
    (DOCS / "logs.md").write_text(logs_page(), encoding="utf-8")
