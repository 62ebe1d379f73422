"""The first tables: heads, outcomes, ledger, cases, outbox, front door, packs."""

from typing import Final

from alembic import op

revision: Final = "r0001"
down_revision: Final = None

OUTCOMES: Final = """
CREATE TABLE heads (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    topic text NOT NULL,
    lane text NOT NULL,
    next bigint NOT NULL,
    chain bytea NOT NULL,
    lines bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT heads_pk PRIMARY KEY (topic_id, partition),
    CONSTRAINT heads_lane_is_known CHECK (lane IN ('safety', 'general'))
) WITH (fillfactor = 50);

CREATE TABLE outcomes (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    outcome text NOT NULL,
    input bytea NOT NULL,
    received_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    source text,
    event_id text,
    camera text,
    matter text,
    case_id text,
    case_version integer,
    first_topic_id text,
    first_partition integer,
    first_offset bigint,
    CONSTRAINT outcomes_pk PRIMARY KEY (topic_id, partition, "offset"),
    CONSTRAINT outcomes_outcome_is_known CHECK (outcome IN (
        'opened', 'extended', 'dismissed', 'triage', 'repeat-of', 'id-conflict', 'thinned',
        'signal-recorded', 'probe', 'parked'))
);
CREATE INDEX outcomes_of_case ON outcomes (case_id, case_version) WHERE case_id IS NOT NULL;
CREATE INDEX outcomes_repeating ON outcomes (first_topic_id, first_partition, first_offset)
    WHERE first_offset IS NOT NULL;
CREATE INDEX outcomes_by_decided_at ON outcomes USING brin (decided_at);
CREATE INDEX outcomes_by_received_at ON outcomes USING brin (received_at);

CREATE TABLE decision_records (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    policy bytea NOT NULL,
    facts bytea,
    decision bytea,
    salt bytea,
    erased_at timestamptz,
    erased_because text,
    CONSTRAINT decision_records_pk PRIMARY KEY (topic_id, partition, "offset"),
    CONSTRAINT decision_records_whole_or_erased CHECK (
        num_nulls(facts, decision, salt) =
        CASE WHEN erased_at IS NULL OR erased_because IS NULL THEN 0 ELSE 3 END)
);

CREATE TABLE voids (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    first bigint NOT NULL,
    "end" bigint NOT NULL,
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT voids_pk PRIMARY KEY (topic_id, partition, first),
    CONSTRAINT voids_not_empty CHECK ("end" > first)
);
"""

LEDGER: Final = """
CREATE TABLE ledger_lines (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    number bigint NOT NULL,
    "offset" bigint NOT NULL,
    previous bytea NOT NULL,
    input bytea NOT NULL,
    facts bytea NOT NULL,
    policy bytea NOT NULL,
    decision bytea NOT NULL,
    "case" bytea,
    hash bytea NOT NULL,
    CONSTRAINT ledger_lines_pk PRIMARY KEY (topic_id, partition, number),
    CONSTRAINT ledger_lines_topic_id_partition_offset_key UNIQUE (topic_id, partition, "offset")
);
"""

EFFECTS: Final = """
CREATE TABLE effects (
    source text NOT NULL,
    event_id text NOT NULL,
    topic_id text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    input bytea NOT NULL,
    CONSTRAINT effects_pk PRIMARY KEY (source, event_id)
) PARTITION BY HASH (source, event_id);
DO $$ BEGIN
    FOR part IN 0 .. 7 LOOP
        EXECUTE format('CREATE TABLE effects_%s PARTITION OF effects'
                       ' FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
    END LOOP;
END $$;
"""

CASES: Final = """
CREATE TABLE work_files (
    case_id text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    route text NOT NULL,
    queue text NOT NULL,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    sightings bigint NOT NULL,
    site bytea,
    place_key text,
    matter text,
    place jsonb,
    camera text,
    CONSTRAINT work_files_pk PRIMARY KEY (case_id),
    CONSTRAINT work_files_state_is_known CHECK (state IN ('candidate')),
    CONSTRAINT work_files_route_is_known CHECK (
        route IN ('zero-tolerance', 'soft', 'service', 'triage')),
    CONSTRAINT work_files_queue_is_known CHECK (queue IN ('zero-tolerance', 'soft'))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX work_files_one_open_a_site ON work_files (site)
    WHERE state = 'candidate' AND site IS NOT NULL;
CREATE INDEX work_files_waiting ON work_files (queue, due_at, case_id) WHERE state = 'candidate';

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    relay_shard smallint NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    letter_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    sent_partition integer,
    sent_offset bigint,
    CONSTRAINT outbox_pk PRIMARY KEY (id)
);
CREATE INDEX outbox_unsent ON outbox (id, relay_shard) WHERE sent_at IS NULL;

CREATE TABLE relay_leases (
    relay_shard smallint NOT NULL,
    owner text,
    until timestamptz,
    CONSTRAINT relay_leases_pk PRIMARY KEY (relay_shard)
);
INSERT INTO relay_leases (relay_shard) SELECT generate_series(0, 63);

CREATE TABLE cameras_seen (
    camera text NOT NULL,
    last_event_at timestamptz NOT NULL,
    last_received_at timestamptz NOT NULL,
    messages bigint NOT NULL,
    CONSTRAINT cameras_seen_pk PRIMARY KEY (camera)
) WITH (fillfactor = 70);
"""

FRONT_DOOR: Final = """
CREATE TABLE sources (
    uri text NOT NULL,
    lane text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sources_pk PRIMARY KEY (uri),
    CONSTRAINT sources_lane_is_known CHECK (lane IN ('safety', 'general'))
);

CREATE TABLE api_keys (
    key_id text NOT NULL,
    source text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CONSTRAINT api_keys_pk PRIMARY KEY (key_id),
    CONSTRAINT api_keys_source_fk FOREIGN KEY (source) REFERENCES sources (uri)
);
CREATE INDEX api_keys_of_source ON api_keys (source);

CREATE TABLE policies (
    digest bytea NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT policies_pk PRIMARY KEY (digest)
);

CREATE TABLE policy_files (
    digest bytea NOT NULL,
    path text NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT policy_files_pk PRIMARY KEY (digest, path),
    CONSTRAINT policy_files_digest_fk FOREIGN KEY (digest) REFERENCES policies (digest)
);
"""


def upgrade() -> None:
    """Build everything."""
    for statements in (OUTCOMES, LEDGER, EFFECTS, CASES, FRONT_DOOR):
        op.execute(statements)
