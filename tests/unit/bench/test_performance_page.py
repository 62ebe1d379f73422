"""The page of performance says what a run measured, and leaves out what it did not."""

from tests.bench.page import page

MACHINE = {"cpu": "an abacus", "cores": 2, "memory_gib": 1.5}
SPAN = {"least": 1.0, "median": 2.0, "most": 3.0}


def test_what_was_not_measured_is_not_on_the_page() -> None:
    written = page({"machine": MACHINE})

    assert "an abacus, 2 cores, 1.5 GiB" in written
    assert "## What bounds it" in written
    assert "## Two workers" not in written
    assert "## One worker" not in written


def test_a_ratio_is_told_with_its_spread_and_its_aim() -> None:
    crowd = {"aim_ratio": 1.6, "one_per_s": SPAN, "two_per_s": SPAN, "ratio": SPAN}

    written = page({"machine": MACHINE, "crowd": crowd})

    assert "| ratio, aim 1.6 as far as two cores allow | 2.00 (1.00 … 3.00) |" in written


def test_memory_is_drawn_over_cases() -> None:
    million = {
        "messages": 1000,
        "us_per_event_by_tenth": [10.0, 11.0],
        "aim_ratio": 1.3,
        "last_over_first": 1.1,
        "memory_first_half_mib": 100.0,
        "memory_second_half_mib": 101.0,
        "memory_mib": [[100, 100.0], [500, 100.0], [1000, 101.0]],
    }

    written = page({"machine": MACHINE, "million": million})

    drawn = [line for line in written.splitlines() if "•" in line]
    assert len(drawn) == 1  # flat
    assert drawn[0].count("•") == 3
