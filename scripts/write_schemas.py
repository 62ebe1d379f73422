#!/usr/bin/env python
"""Writes `docs/schemas/` from the models; a type that is new is frozen as it is first published.

A frozen copy is never written again: what it promises holds until the type has another version.
"""

from pathlib import Path

from schemas.wire.published import published, schema_text

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"


def main() -> None:
    """Write what is published now, and freeze what was never published before."""
    frozen = FOLDER / "frozen"
    frozen.mkdir(parents=True, exist_ok=True)
    for kind, schema in published().items():
        text = schema_text(schema)
        (FOLDER / f"{kind}.json").write_text(text, encoding="utf-8")
        first = frozen / f"{kind}.json"
        if not first.exists():
            first.write_text(text, encoding="utf-8")
            print(f"frozen: {first}")


if __name__ == "__main__":
    main()
