CREATE SCHEMA IF NOT EXISTS registry;

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
