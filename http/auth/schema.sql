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
CREATE INDEX IF NOT EXISTS token_staff ON auth.token (staff, created_at);

-- Failed sign-ins, by the hash of what was tried: somebody may have typed a
-- password where the sign-in name belongs.
CREATE TABLE IF NOT EXISTS auth.attempt (
    key         bytea       PRIMARY KEY,
    failures    integer     NOT NULL,
    since       timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS attempt_since ON auth.attempt (since);
