CREATE SCHEMA IF NOT EXISTS keys;

-- One row: which ledger the keys belong to, and what tells a wrong KEK.
CREATE TABLE IF NOT EXISTS keys.ledger (
    single         boolean PRIMARY KEY DEFAULT true CHECK (single),
    id             uuid   NOT NULL,
    kek_check      bytea  NOT NULL,           -- a known text wrapped by the KEK
    kek_generation integer NOT NULL DEFAULT 1, -- grows with every change of the KEK
    destroyed      bigint NOT NULL DEFAULT 0,  -- number of keys destroyed so far
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- One key a subject. An erased subject keeps its row, so that it never gets
-- another key and everyone can see when and on what basis it was erased.
CREATE TABLE IF NOT EXISTS keys.subject_key (
    subject        uuid PRIMARY KEY,
    wrapped        bytea,
    kek_generation integer NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    destroyed_at   timestamptz,
    destroyed_no   bigint,
    basis          text,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK ((destroyed_at IS NULL) = (destroyed_no IS NULL)),
    CHECK ((destroyed_at IS NULL) = (basis IS NULL))
);

CREATE UNIQUE INDEX IF NOT EXISTS subject_key_destroyed
    ON keys.subject_key (destroyed_no) WHERE destroyed_no IS NOT NULL;

-- Keys of keyed hashes, by purpose and generation.
CREATE TABLE IF NOT EXISTS keys.hash_key (
    purpose        text    NOT NULL,
    generation     integer NOT NULL,
    wrapped        bytea   NOT NULL,
    kek_generation integer NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (purpose, generation)
);
