CREATE SCHEMA IF NOT EXISTS ids;

-- Where an event id stands, or may come to stand. low and high are the first and
-- the last revision at which it can be; revision is set once the log has shown
-- it. decided is the highest revision that an attempt to append it was decided
-- on: when the stream has gone past it, no attempt can take effect any more.
CREATE TABLE IF NOT EXISTS ids.event (
    id          uuid             PRIMARY KEY,
    stream      text COLLATE "C" NOT NULL,
    revision    bigint,
    low         bigint           NOT NULL,
    high        bigint           NOT NULL,
    decided     bigint           NOT NULL,
    attempt     bigint           NOT NULL DEFAULT 0,
    shared      boolean          NOT NULL DEFAULT false,
    reserved_at timestamptz      NOT NULL DEFAULT now()
) WITH (fillfactor = 85);

-- Up to where the log is in ids.event.
CREATE TABLE IF NOT EXISTS ids.checkpoint (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL DEFAULT 0
);

INSERT INTO ids.checkpoint DEFAULT VALUES ON CONFLICT DO NOTHING;

-- Every stream that the log has shown an event of: one that yields nothing any more
-- was deleted. Where the table is new, the streams that ids.event knows of.
DO $body$
BEGIN
    IF to_regclass('ids.stream') IS NULL THEN
        CREATE TABLE ids.stream (name text COLLATE "C" PRIMARY KEY);
        INSERT INTO ids.stream SELECT DISTINCT stream FROM ids.event WHERE revision IS NOT NULL;
    END IF;
END
$body$;
