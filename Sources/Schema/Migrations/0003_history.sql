-- History, written by the processor and read by the gateway (docs/architecture.md §6).

-- Every result once. Partitions are days of the slot (UTC), made ahead and dropped by retention; the default partition
-- takes what fits no day, and should be empty.
CREATE TABLE results (
    monitor                bigint      NOT NULL,
    slot                   timestamptz NOT NULL,
    region                 text        NOT NULL,
    attempt                smallint    NOT NULL,
    started_at             timestamptz NOT NULL,
    outcome                text        NOT NULL,
    reason                 text,
    phase                  text,
    code                   integer,
    detail                 text,
    -- Microseconds; null: the phase did not happen or did not end.
    dns_us                 bigint,
    connect_us             bigint,
    tls_us                 bigint,
    first_byte_us          bigint,
    total_us               bigint,
    "values"               json,
    address                text,
    certificate_expires_at timestamptz,
    pinger                 text        NOT NULL,
    generation             bigint      NOT NULL,
    -- Arrived after a newer one of its monitor and region: part of history, never of state.
    late                   boolean     NOT NULL,
    PRIMARY KEY (monitor, slot, region, attempt)
) PARTITION BY RANGE (slot);
CREATE TABLE results_default PARTITION OF results DEFAULT;

-- Results older than this are dropped, since history has no place for them any more. A round holds the row shared, so
-- that it never moves under a round.
CREATE TABLE history_floor (
    only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    slot     timestamptz NOT NULL
);
INSERT INTO history_floor (slot) VALUES ('2000-01-01 00:00:00+00');

-- Sums over minutes (of monitors with an interval under 60 s), hours and days of slots, by monitor and region. Counts,
-- latencies and histogram are of attempt 0 alone, latencies those of answers that were up or degraded.
CREATE TABLE rollups_minute (
    monitor    bigint      NOT NULL,
    region     text        NOT NULL,
    start      timestamptz NOT NULL,
    up         integer     NOT NULL,
    degraded   integer     NOT NULL,
    down       integer     NOT NULL,
    unknown    integer     NOT NULL,
    -- Repetitions: results with an attempt above 0.
    retries    integer     NOT NULL,
    -- Microseconds; null where there is no latency.
    min_us     bigint,
    max_us     bigint,
    sum_us     bigint      NOT NULL,
    -- LatencyHistogram.encoded
    histogram  bytea       NOT NULL,
    PRIMARY KEY (monitor, region, start)
);
CREATE INDEX rollups_minute_start ON rollups_minute USING brin (start);
CREATE TABLE rollups_hour (LIKE rollups_minute INCLUDING ALL);
CREATE TABLE rollups_day (LIKE rollups_minute INCLUDING ALL);

-- What each stretch of time was: from "from" to the next row of the same monitor and region ('' is the whole).
CREATE TABLE spans (
    monitor bigint      NOT NULL,
    region  text        NOT NULL,
    "from"  timestamptz NOT NULL,
    state   text        NOT NULL CHECK (state IN ('up', 'down', 'unknown', 'paused')),
    PRIMARY KEY (monitor, region, "from")
);

-- The processor's memory: one row a share and one a monitor, in the encoding of the event library.
CREATE TABLE processor_shares (
    share smallint PRIMARY KEY,
    state bytea    NOT NULL
);
CREATE TABLE processor_monitors (
    monitor    bigint   PRIMARY KEY,
    share      smallint NOT NULL,
    state      bytea    NOT NULL,
    -- The sums of the minutes, hours and days that are not yet over.
    aggregates bytea    NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX processor_monitors_share ON processor_monitors (share);
