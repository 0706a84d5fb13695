CREATE SCHEMA IF NOT EXISTS registry;

CREATE TABLE IF NOT EXISTS registry.reservation (
    kind        text        NOT NULL,
    key         bytea       NOT NULL,
    holder      text        NOT NULL,
    confirmed   boolean     NOT NULL DEFAULT false,
    reserved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, key)
);

CREATE INDEX IF NOT EXISTS reservation_orphan ON registry.reservation (reserved_at) WHERE NOT confirmed;
CREATE INDEX IF NOT EXISTS reservation_holder ON registry.reservation (holder);
