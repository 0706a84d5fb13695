CREATE SCHEMA IF NOT EXISTS reaction;

CREATE TABLE IF NOT EXISTS reaction.consumer (
    name     text   PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0,
    epoch    bigint NOT NULL DEFAULT 0
);
