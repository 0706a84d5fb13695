CREATE SCHEMA IF NOT EXISTS reaction;

CREATE TABLE IF NOT EXISTS reaction.consumer (
    name     text   PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0,
    epoch    bigint NOT NULL DEFAULT 0
);

-- The lease of an epoch, and until when it stands by this database's clock; another
-- version of the program begins epochs without one. When the position moved last. The
-- question spares a table that has the columns the lock by which they are added.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = 'reaction.consumer'::regclass AND attname = 'moved_at' AND NOT attisdropped
    ) THEN
        ALTER TABLE reaction.consumer
            ADD COLUMN lease_epoch bigint NOT NULL DEFAULT 0,
            ADD COLUMN lease_until timestamptz,
            ADD COLUMN moved_at    timestamptz;
    END IF;
END
$$;
