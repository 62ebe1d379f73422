"""`/docs`: the OpenAPI description as one page that needs nothing from elsewhere."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c2330}h2{border-top:1px solid #d5dae3;padding-top:1rem}code,pre{background:#f2f4f8;"
    "border-radius:4px;padding:.1rem .3rem}pre{padding:.8rem;overflow:auto}"
    "td{padding:.15rem 1rem .15rem 0;vertical-align:top}.m{color:#0a5;font-weight:600}"
)
_EXAMPLE: Final = """curl -i http://127.0.0.1:8420/v1/events \\
  -H "Authorization: Bearer $OFFSITE_KEY" \\
  -H "Content-Type: application/cloudevents+json" \\
  -d '{"specversion": "1.0", "type": "offsite.report.v1", "source": "/city/platform",
       "id": "2026-0001", "time": "2026-11-23T08:00:00Z",
       "data": {"reporter": "platform", "text": "A van stands on the fire lane",
                "matter": {"standard": "GB/T 47678.5-2026", "kind": "matter", "code": "09012"},
                "place": {"id": "market-lane-3"}}}'"""


def reference_page(openapi: Mapping[str, Any]) -> str:
    """A page of HTML."""
    title = escape(openapi["info"]["title"])
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>",
        f"<style>{_STYLE}</style><h1>{title}</h1>",
        "<p>The same for programs: <a href=/openapi.json>/openapi.json</a>. ",
        "Message types: <code>docs/schemas/</code> in the repository.</p>",
        f"<pre>{escape(_EXAMPLE)}</pre>",
    ]
    for path, methods in openapi["paths"].items():
        parts += [_operation(path, method, told) for method, told in methods.items()]
    return "".join(parts) + "</html>"


def _operation(path: str, method: str, told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(status)}</code><td>{escape(answer['description'])}"
        for status, answer in told["responses"].items()
    )
    return (
        f"<h2><span class=m>{escape(method.upper())}</span> {escape(path)}</h2>"
        f"<p>{escape(told.get('summary', ''))}</p><p>{escape(told.get('description', ''))}</p>"
        f"<table>{rows}</table>"
    )
