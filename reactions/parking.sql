CREATE TABLE IF NOT EXISTS reaction.parked (
    consumer  text        NOT NULL,
    event     uuid        NOT NULL,
    position  bigint      NOT NULL,
    type      text        NOT NULL,
    reason    text        NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event)
);
