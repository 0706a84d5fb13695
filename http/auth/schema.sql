CREATE SCHEMA IF NOT EXISTS auth;

-- How a member of staff signs in. The password is kept as its argon2id hash, a
-- one-time secret as its SHA-256: it is random and long, so that suffices.
CREATE TABLE IF NOT EXISTS auth.credential (
    staff       uuid        PRIMARY KEY,
    login       text        NOT NULL UNIQUE,
    password    text,
    invitation  bytea,
    changed_at  timestamptz NOT NULL DEFAULT now()
);
-- When a one-time secret was used, empty until then. It stays on record afterwards,
-- so that who comes with it again is told.
ALTER TABLE auth.credential ADD COLUMN IF NOT EXISTS used_at timestamptz;

CREATE TABLE IF NOT EXISTS auth.session (
    token       text        PRIMARY KEY,
    staff       uuid        NOT NULL,
    data        bytea       NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS session_staff ON auth.session (staff);
CREATE INDEX IF NOT EXISTS session_expiry ON auth.session (expires_at);

CREATE TABLE IF NOT EXISTS auth.token (
    id          uuid        PRIMARY KEY,
    staff       uuid        NOT NULL,
    name        text        NOT NULL,
    hash        bytea       NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);
-- What a token may do: "read" or "write", and about which topics; empty for write and
-- for all.
ALTER TABLE auth.token ADD COLUMN IF NOT EXISTS scope text;
ALTER TABLE auth.token ADD COLUMN IF NOT EXISTS areas text[];
CREATE INDEX IF NOT EXISTS token_staff ON auth.token (staff, created_at);

-- Failed sign-ins, by the hash of what was tried: of a name, of an address, and of
-- both together. Somebody may have typed a password where the sign-in name belongs.
CREATE TABLE IF NOT EXISTS auth.attempt (
    key         bytea       PRIMARY KEY,
    failures    integer     NOT NULL,
    since       timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS attempt_since ON auth.attempt (since);

-- Names with the addresses that they signed in from lately, by the hash of both.
CREATE TABLE IF NOT EXISTS auth.familiar (
    key         bytea       PRIMARY KEY,
    seen_at     timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS familiar_seen ON auth.familiar (seen_at);
