"""People's acts: their ledger, what they left behind, the people, and which packs are in force."""

from typing import Final

from alembic import op

revision: Final = "r0002"
down_revision: Final = "r0001"

ACTS: Final = """
CREATE TABLE act_shards (
    shard smallint NOT NULL,
    next bigint NOT NULL,
    chain bytea NOT NULL,
    lines bigint NOT NULL,
    CONSTRAINT act_shards_pk PRIMARY KEY (shard)
) WITH (fillfactor = 50);
INSERT INTO act_shards (shard, next, chain, lines)
    SELECT shard, 0, decode(repeat('00', 32), 'hex'), 0 FROM generate_series(0, 15) AS shard;

CREATE TABLE acts (
    shard smallint NOT NULL,
    number bigint NOT NULL,
    subject text NOT NULL,
    version integer,
    command_id text NOT NULL,
    act text NOT NULL,
    person text NOT NULL,
    role text,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    is_done boolean NOT NULL,
    refused_by text,
    event text,
    tag text,
    details jsonb,
    input bytea NOT NULL,
    policy bytea NOT NULL,
    previous bytea NOT NULL,
    sealed_input bytea NOT NULL,
    sealed_facts bytea NOT NULL,
    sealed_policy bytea NOT NULL,
    sealed_decision bytea NOT NULL,
    sealed_case bytea NOT NULL,
    hash bytea NOT NULL,
    facts bytea,
    answer bytea,
    salt bytea,
    erased_at timestamptz,
    erased_because text,
    CONSTRAINT acts_pk PRIMARY KEY (shard, number),
    CONSTRAINT acts_command_id_key UNIQUE (command_id),
    CONSTRAINT acts_subject_version_key UNIQUE (subject, version),
    CONSTRAINT acts_done_or_refused CHECK (
        CASE WHEN is_done
        THEN num_nulls(version, role, event, tag) = 0 AND refused_by IS NULL
        ELSE num_nulls(version, event, tag) = 3 AND refused_by IS NOT NULL END),
    CONSTRAINT acts_whole_or_erased CHECK (
        num_nulls(details, facts, answer, salt) =
        CASE WHEN erased_at IS NULL OR erased_because IS NULL THEN 0 ELSE 4 END)
);
CREATE INDEX acts_of_person ON acts (person, recorded_at);
CREATE INDEX acts_of_kind ON acts (act, recorded_at);
CREATE INDEX acts_by_recorded_at ON acts USING brin (recorded_at);
"""

LEFT_BEHIND: Final = """
CREATE TABLE penalty_cases (
    case_id text NOT NULL,
    state text NOT NULL,
    stayed_from text,
    party bytea,
    matter text,
    ground text,
    fine_fen bigint,
    found_at timestamptz,
    at timestamptz NOT NULL,
    CONSTRAINT penalty_cases_pk PRIMARY KEY (case_id)
) WITH (fillfactor = 80);
CREATE INDEX penalty_cases_of_party ON penalty_cases (party, matter) WHERE party IS NOT NULL;

CREATE TABLE opinions (
    id text NOT NULL,
    state text NOT NULL,
    title text NOT NULL,
    grade text,
    first_known_at timestamptz NOT NULL,
    case_id text,
    at timestamptz NOT NULL,
    CONSTRAINT opinions_pk PRIMARY KEY (id)
);

ALTER TABLE work_files ADD COLUMN policy bytea;
"""

PEOPLE: Final = """
CREATE TABLE people (
    id text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    roles text[] NOT NULL,
    certificate_number text,
    certificate_from date,
    certificate_until date,
    is_lawyer boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT people_pk PRIMARY KEY (id),
    CONSTRAINT people_certificate_is_whole CHECK (
        num_nulls(certificate_number, certificate_from, certificate_until) IN (0, 3))
);

CREATE TABLE people_changes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    person text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    content jsonb NOT NULL,
    CONSTRAINT people_changes_pk PRIMARY KEY (id)
);
CREATE INDEX people_changes_of_person ON people_changes (person, id);
"""

PACKS: Final = """
ALTER TABLE policies ADD COLUMN valid_from date, ADD COLUMN used_at timestamptz;
UPDATE policies SET used_at = kept_at;
CREATE INDEX policies_by_name ON policies (name, version);

CREATE TABLE pack_states (
    digest bytea NOT NULL,
    state text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    valid_from date NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    published_by text,
    published_at timestamptz,
    where_published text,
    CONSTRAINT pack_states_pk PRIMARY KEY (digest),
    CONSTRAINT pack_states_digest_fk FOREIGN KEY (digest) REFERENCES policies (digest),
    CONSTRAINT pack_states_published_whole CHECK (
        num_nulls(published_by, published_at, where_published) =
        CASE WHEN state = 'published' THEN 0 ELSE 3 END),
    CONSTRAINT pack_states_state_is_known CHECK (state IN ('proposed', 'published'))
);
CREATE UNIQUE INDEX pack_states_one_published_a_version ON pack_states (name, version)
    WHERE state = 'published';
"""


def upgrade() -> None:
    """All that people leave behind."""
    for statements in (ACTS, LEFT_BEHIND, PEOPLE, PACKS):
        op.execute(statements)
