-- POSTs that named themselves by an Idempotency-Key, with their answers: a repetition within 24 hours gets the same one.
CREATE TABLE idempotent_requests (
    -- Kind and id, such as key/7.
    caller           text        NOT NULL,
    key              text        NOT NULL,
    -- A keyed hash of method, target and body, which may hold secrets.
    fingerprint      bytea       NOT NULL,
    -- Sealed; null: under way, or broken off with its process.
    answer           text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotent_requests_by_time ON idempotent_requests (created_at);
