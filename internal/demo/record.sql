CREATE SCHEMA IF NOT EXISTS demo;

-- One row: this database is a demo's, begun on that day. What is worth a look is
-- known once everything is told; loaded is when it was.
CREATE TABLE IF NOT EXISTS demo.record (
	one      boolean PRIMARY KEY DEFAULT true CHECK (one),
	begun_on text NOT NULL,
	shown    text,
	loaded   boolean NOT NULL DEFAULT false
);
