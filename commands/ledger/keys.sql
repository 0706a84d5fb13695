CREATE SCHEMA IF NOT EXISTS registry;

-- Whether the reservations are those that follow from the log. They are not when
-- the schema is made beside a log that is there already, nor while a ledger is
-- loaded; loading names the file then. A registry older than this table has seen
-- its log from the beginning.
CREATE TABLE IF NOT EXISTS registry.standing (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    complete boolean NOT NULL,
    loading  text
);

INSERT INTO registry.standing (complete) VALUES (to_regclass('registry.reservation') IS NOT NULL) ON CONFLICT DO NOTHING;

CREATE SEQUENCE IF NOT EXISTS registry.attempt;

CREATE TABLE IF NOT EXISTS registry.reservation (
    kind        text        NOT NULL,
    key         bytea       NOT NULL,
    holder      text        NOT NULL,               -- the stream
    confirmed   boolean     NOT NULL DEFAULT false,
    attempt     bigint      NOT NULL DEFAULT nextval('registry.attempt'),
    shared      boolean     NOT NULL DEFAULT false, -- several attempts of the holder rest on it
    reserved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, key)
);

CREATE INDEX IF NOT EXISTS reservation_orphan ON registry.reservation (reserved_at) WHERE NOT confirmed;
CREATE INDEX IF NOT EXISTS reservation_holder ON registry.reservation (holder);

-- Streams that were found damaged, or whose metadata hide events: until they are
-- whole again.
CREATE TABLE IF NOT EXISTS registry.damaged (
    stream   text        PRIMARY KEY,
    reason   text        NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now()
);

-- Up to where the store's own events were looked at for such metadata.
CREATE TABLE IF NOT EXISTS registry.watched (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    position bigint  NOT NULL DEFAULT 0
);
INSERT INTO registry.watched DEFAULT VALUES ON CONFLICT DO NOTHING;
