CREATE SCHEMA IF NOT EXISTS origin;

-- One row: which ledger the read models, keys and sign-ins of this database belong
-- to. event, stream and revision are the first event of a ledger that is kept in
-- EventStoreDB, once it has one.
CREATE TABLE IF NOT EXISTS origin.ledger (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    store    text    NOT NULL CHECK (store IN ('postgresql', 'eventstoredb')),
    event    uuid,
    stream   text,
    revision bigint,
    CHECK ((event IS NULL) = (stream IS NULL) AND (event IS NULL) = (revision IS NULL))
);
