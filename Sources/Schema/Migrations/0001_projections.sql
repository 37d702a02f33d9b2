-- What every projection of the log keeps (docs/architecture.md §6), and the processes that report themselves.

-- Where each projection stands in each partition. The epoch fences: whoever takes a partition raises it, and a
-- round writes only under the epoch that it took.
CREATE TABLE positions (
    projection      text        NOT NULL,
    partition       integer     NOT NULL CHECK (partition >= 0),
    epoch           bigint      NOT NULL DEFAULT 0,
    -- Who took it: a successor that is kept waiting ends this backend, if the start tells that it is still the same.
    backend_pid     integer,
    backend_start   timestamptz,
    taken_by        text,
    taken_at        timestamptz,
    -- The number of partitions that the taker saw. A taker that sees another number fences all of them.
    taken_count     integer,
    -- The position: the log's generation rises when the log was recreated; next_offset null: nothing was read yet.
    generation      bigint      NOT NULL DEFAULT 0,
    next_offset     bigint      CHECK (next_offset >= 0),
    -- Unix ms of the record before next_offset, which is read again to know the log by; null: no record read yet.
    last_timestamp  bigint,
    -- The log in which that position lies.
    cluster_id      text,
    partition_count integer,
    updated_at      timestamptz,
    PRIMARY KEY (projection, partition)
);

-- Records that no reader could make sense of: the offset moves on, the bytes stay here.
CREATE TABLE dead_letters (
    projection   text        NOT NULL,
    generation   bigint      NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    "offset"     bigint      NOT NULL,
    key          bytea,
    -- At most the first 64 KiB; size is that of the whole value, null for a record without one.
    value        bytea,
    size         integer,
    reason       text        NOT NULL,
    timestamp    bigint      NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, generation, topic, partition, "offset")
);
CREATE INDEX dead_letters_at ON dead_letters (at);

-- Stretches of the log that left it before the books had them: [from_offset, to_offset).
CREATE TABLE gaps (
    projection     text        NOT NULL,
    partition      integer     NOT NULL,
    generation     bigint      NOT NULL,
    from_offset    bigint      NOT NULL,
    to_generation  bigint      NOT NULL,
    to_offset      bigint      NOT NULL,
    -- lost: nobody read it. ahead: memory did while PostgreSQL was away, history lacks it.
    kind           text        NOT NULL CHECK (kind IN ('lost', 'ahead')),
    -- Unix ms of the last record before the gap and of the last one that memory had read; null where unknown.
    from_timestamp bigint,
    to_timestamp   bigint,
    at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, partition, generation, from_offset)
);

-- Every process upserts its row each ten seconds.
CREATE TABLE processes (
    kind        text             NOT NULL,
    instance    text             NOT NULL,
    started_at  timestamptz      NOT NULL,
    seen_at     timestamptz      NOT NULL DEFAULT now(),
    version     text             NOT NULL,
    -- Share of a core used since the last report, 0 or more; null where not measured.
    load        double precision,
    -- Seconds that the process is behind the log; null where it reads none.
    lag_seconds double precision,
    details     jsonb            NOT NULL DEFAULT '{}',
    PRIMARY KEY (kind, instance)
);
