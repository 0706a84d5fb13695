-- What the ledger needs. It may run any number of times.
--
-- One 16-byte index, dedupe, makes appends idempotent for ever in both scopes: it
-- holds the id itself (InStore) or a hash of stream and id (InStream). The head row is
-- updated by every batch: it is indexed by nothing that changes, so all its updates are
-- HOT and are pruned within its page.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE TABLE IF NOT EXISTS ledger.events (
	position    bigint                   NOT NULL,
	revision    bigint                   NOT NULL,
	recorded_at timestamp with time zone NOT NULL,
	id          uuid                     NOT NULL,
	dedupe      uuid                     NOT NULL,
	stream      text COLLATE "C"         NOT NULL,
	type        text COLLATE "C"         NOT NULL,
	data        bytea                    NOT NULL,
	metadata    bytea                    NOT NULL,
	is_binary   boolean                  NOT NULL DEFAULT false,
	CONSTRAINT events_pkey PRIMARY KEY (position),
	CONSTRAINT events_stream_revision_key UNIQUE (stream, revision),
	CONSTRAINT events_dedupe_key UNIQUE (dedupe),
	CONSTRAINT events_positive CHECK (position > 0 AND revision >= 0)
);

ALTER TABLE ledger.events ADD COLUMN IF NOT EXISTS is_binary boolean NOT NULL DEFAULT false;

CREATE TABLE IF NOT EXISTS ledger.head (
	one      boolean NOT NULL DEFAULT true,
	position bigint  NOT NULL,
	tip      bigint  NOT NULL,
	CONSTRAINT head_pkey PRIMARY KEY (one),
	CONSTRAINT head_only_one CHECK (one)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

COMMENT ON COLUMN ledger.head.tip IS 'a random number drawn by whoever moved the head last: two heads with the same position and tip are the same head';

INSERT INTO ledger.head (position, tip) VALUES (0, 0) ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
	RAISE EXCEPTION 'ledger.% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$body$;

CREATE OR REPLACE TRIGGER events_are_never_rewritten BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
	FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER events_are_never_rewritten;

CREATE OR REPLACE TRIGGER head_is_never_removed BEFORE DELETE OR TRUNCATE ON ledger.head
	FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER head_is_never_removed;
