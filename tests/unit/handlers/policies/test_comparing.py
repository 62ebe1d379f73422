"""Two packs are compared row by row: what came, what went, what says something else."""

import pytest

from handlers.policies.comparing import ChangeKind, compare, rows_of
from handlers.policies.files import Files
from handlers.policies.pack import pack_from
from tests.support.town import BIN_ROW, CODE, FIRE_ROW, STALL_ROW, THINNING, TOWN, a_town, the_town

STALL = f"{CODE}09006"
BIN = f"{CODE}06042"
REVIEW = "by tang, on 2026-01-01, passed"


def changes(after: Files) -> list[str]:
    """From the town to another one, as they are told."""
    return [str(each) for each in compare(pack_from(the_town(), "town"), pack_from(after, "town"))]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        pytest.param(the_town(), [], id="nothing"),
        pytest.param(the_town(pack=TOWN["pack"] + "# noted"), [], id="a comment is no change"),
        pytest.param(
            a_town("pack", '"1"', '"2"'), ["pack: version 1 → 2"], id="another version"
        ),
        pytest.param(
            a_town("matters", "= 180\n", "= 90\n"),
            [f"matter {STALL}: dwell_threshold 180 s → 90 s"], id="a threshold",
        ),
        pytest.param(
            a_town("matters", "amount = 2,", "amount = 3,"),
            [f"matter {STALL}: disposal_limit 2 hours (city-working) → 3 hours (city-working)"],
            id="a limit",
        ),
        pytest.param(
            the_town(matters=STALL_ROW + FIRE_ROW), [f"removed: matter {BIN}"], id="a matter less"
        ),
        pytest.param(
            the_town(matters=TOWN["matters"] + BIN_ROW.replace("06042", "06012")),
            [f"added: matter {CODE}06012"], id="a matter more",
        ),
        pytest.param(
            a_town("matters", '["gas-bottles"]', '["gas-bottles", "flames"]'),
            [f"matter {STALL}: lifted_by gas-bottles → flames, gas-bottles"], id="a danger more",
        ),
        pytest.param(
            a_town("discretion", "[0, 50], ordinary = [50, 100]",
                   "[0, 40], ordinary = [50, 100]"),
            [f"bands {STALL}, citizen, minor: lighter 0 – 50 fen → 0 – 40 fen"], id="a band",
        ),
        pytest.param(
            a_town("authority", 'id = "own"', 'id = "ours"'),
            ["removed: grant own", "added: grant ours"], id="a grant by another id",
        ),
        pytest.param(
            a_town("authority", "passed = true }\nmarked", "passed = false }\nmarked"),
            [f"device cam-1: technical_review ({REVIEW} yes) → ({REVIEW} no)"],
            id="a review",
        ),
        pytest.param(
            a_town("aliases", f'Smoke = "{CODE}06020"', f'Fumes = "{CODE}06020"'),
            [f"removed: alias Smoke {CODE}06020", f"added: alias Fumes {CODE}06020"],
            id="an alias",
        ),
        pytest.param(
            a_town("calendar", "[2026-10-10]", "[]"),
            ["year 2026: make_up_days 2026-10-10 → -"], id="a make-up day",
        ),
        pytest.param(
            a_town("authority", '"lead"', '"triage"'), ["pack: unregistered lead → triage"],
            id="unregistered cameras",
        ),
        pytest.param(
            the_town(leniency=TOWN["leniency"] + THINNING), ["added: thinning"],
            id="thinning",
        ),
    ],
)  # fmt: skip
def test_each_change_is_told_in_words(after: Files, told: list[str]) -> None:
    assert sorted(changes(after)) == sorted(told)


def test_the_other_way_round_is_the_opposite() -> None:
    town = pack_from(the_town(), "town")
    other = pack_from(the_town(matters=STALL_ROW + FIRE_ROW), "town")

    (there,), (back,) = compare(town, other), compare(other, town)

    assert (there.kind, back.kind) == (ChangeKind.REMOVED, ChangeKind.ADDED)
    assert there.row == back.row


def test_a_whole_pack_is_told_as_rows() -> None:
    rows = rows_of(pack_from(the_town(), "town"))

    tables = {table for table, _ in rows}
    assert rows["pack", ""]["measures"] == "persuade, demonstrate, warn, interview"
    assert rows["duty", "finance"] == {"is": "declare-interest, pay, view"}
    assert tables == {
        *("pack", "matter", "alias", "year", "designated", "first violation", "circumstance"),
        *("bands", "grant", "device basis", "device", "publication", "offsite item"),
        *("sector rule", "deadline", "ladder", "duty", "pair", "discard reason"),
    }
