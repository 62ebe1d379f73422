"""Clocks that outlive every process: what runs, what was told of it, who is alive to tell it."""

from typing import Final

from alembic import op

revision: Final = "r0003"
down_revision: Final = "r0002"

CLOCKS: Final = """
CREATE TABLE clocks (
    subject text NOT NULL,
    kind text NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    plan jsonb NOT NULL,
    fired integer NOT NULL,
    next_at timestamptz,
    ended_at timestamptz,
    left_min integer,
    reason text NOT NULL,
    counted_by text NOT NULL,
    CONSTRAINT clocks_pk PRIMARY KEY (subject, kind, number),
    CONSTRAINT clocks_state_is_known CHECK (state IN ('running', 'paused', 'stopped')),
    CONSTRAINT clocks_fired_is_of_the_plan CHECK (fired BETWEEN 0 AND jsonb_array_length(plan)),
    CONSTRAINT clocks_fires_while_it_runs CHECK (
        (next_at IS NOT NULL) = (state = 'running' AND fired < jsonb_array_length(plan))),
    CONSTRAINT clocks_left_while_paused CHECK ((left_min IS NOT NULL) = (state = 'paused')),
    CONSTRAINT clocks_ended_when_stopped CHECK ((ended_at IS NOT NULL) = (state = 'stopped'))
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX clocks_one_open_a_kind ON clocks (subject, kind) WHERE state <> 'stopped';
CREATE INDEX clocks_to_fire ON clocks (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE clock_firings (
    subject text NOT NULL,
    kind text NOT NULL,
    number integer NOT NULL,
    index smallint NOT NULL,
    firing text NOT NULL,
    at timestamptz NOT NULL,
    role text,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    shard smallint NOT NULL,
    line bigint NOT NULL,
    CONSTRAINT clock_firings_pk PRIMARY KEY (subject, kind, number, index)
);

CREATE TABLE clock_rounds (
    shard smallint NOT NULL,
    number bigint NOT NULL,
    fired_at timestamptz NOT NULL,
    firings integer NOT NULL,
    previous bytea NOT NULL,
    input_digest bytea NOT NULL,
    facts_digest bytea NOT NULL,
    policy_digest bytea NOT NULL,
    decision_digest bytea NOT NULL,
    hash bytea NOT NULL,
    facts bytea,
    decision bytea,
    salt bytea,
    erased_at timestamptz,
    erased_because text,
    CONSTRAINT clock_rounds_pk PRIMARY KEY (shard, number),
    CONSTRAINT clock_rounds_whole_or_erased CHECK (
        num_nulls(facts, decision, salt) =
        CASE WHEN erased_at IS NULL OR erased_because IS NULL THEN 0 ELSE 3 END)
);

CREATE TABLE heartbeats (
    name text NOT NULL,
    at timestamptz NOT NULL,
    said text NOT NULL,
    CONSTRAINT heartbeats_pk PRIMARY KEY (name)
);
"""


def upgrade() -> None:
    """Four tables."""
    op.execute(CLOCKS)
