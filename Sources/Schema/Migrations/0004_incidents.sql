-- What the alerter keeps (docs/architecture.md §6): its state, incidents, and who is to be told of them. Times called
-- ..._ms are Unix milliseconds of the log; timestamps are this server's clock.

-- Its state: one row a monitor and one a share, as the step of `Events` writes them.
CREATE TABLE alerter_monitors (
    monitor         bigint      PRIMARY KEY,
    share           smallint    NOT NULL,
    state           text        NOT NULL
);
CREATE INDEX alerter_monitors_share ON alerter_monitors (share);

CREATE TABLE alerter_shares (
    share           smallint    PRIMARY KEY,
    state           text        NOT NULL
);

CREATE TABLE incidents (
    id              text        PRIMARY KEY,
    monitor         bigint      NOT NULL,
    -- As they were when the incident was last written: the monitor may be another one, or gone, by now.
    name            text        NOT NULL,
    target          text        NOT NULL,
    started_ms      bigint      NOT NULL,
    confirmed_ms    bigint      NOT NULL,
    -- Both null while it is open.
    ended_ms        bigint,
    resolution      text        CHECK (resolution IN ('recovered', 'paused', 'deleted')),
    reason          text,
    detail          text,
    regions         text[]      NOT NULL DEFAULT '{}',
    acknowledged_ms bigint,
    acknowledged_by text,
    CHECK ((ended_ms IS NULL) = (resolution IS NULL))
);
CREATE INDEX incidents_by_time ON incidents (started_ms DESC, id);
CREATE INDEX incidents_of_monitor ON incidents (monitor, started_ms DESC);
CREATE INDEX incidents_open ON incidents (monitor) WHERE ended_ms IS NULL;

-- What people did about an incident.
CREATE TABLE incident_actions (
    incident        text        NOT NULL,
    at_ms           bigint      NOT NULL,
    verb            text        NOT NULL,
    person          text        NOT NULL,
    text            text,
    PRIMARY KEY (incident, at_ms, verb, person)
);

-- What there is to tell. Ids are made from the event, so that a replay makes the same ones.
CREATE TABLE announcements (
    id              text        PRIMARY KEY,
    type            text        NOT NULL CHECK (type IN
        ('incident.opened', 'incident.reminder', 'incident.resolved', 'channel.test', 'log.silent', 'log.heard')),
    -- What it belongs to: an incident, or a silence of the log (log-…); null for tests.
    incident        text,
    monitor         bigint,
    -- The share of the monitor: who holds it restores what is undelivered.
    share           smallint,
    -- The order within an incident: nothing is sent before what comes earlier has ended.
    sequence        integer     NOT NULL DEFAULT 0,
    at_ms           bigint      NOT NULL,
    -- The body of a webhook; other kinds of channels say the same in their own words. Never changes.
    payload         text        NOT NULL
);
CREATE INDEX announcements_incident ON announcements (incident, sequence);

-- An announcement on its way to a channel. The first commit of an announcement fixes its deliveries.
CREATE TABLE deliveries (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    announcement    text        NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    channel         bigint      NOT NULL,
    -- The receiver's key to recognise repetitions by; the same for every attempt.
    webhook_id      text        NOT NULL UNIQUE,
    -- pending: to be sent when next_at has come. dead: given up, last_error says why. cancelled: there is no such
    -- channel any more.
    state           text        NOT NULL DEFAULT 'pending' CHECK (state IN
        ('pending', 'delivered', 'dead', 'cancelled')),
    attempts        integer     NOT NULL DEFAULT 0,
    next_at         timestamptz NOT NULL DEFAULT now(),
    -- Since when it is being tried: after 72 hours it is given up.
    pending_since   timestamptz NOT NULL DEFAULT now(),
    -- Who may send it, and until when; a row without a lease, or with one that ran out, may be claimed.
    lease_owner     text,
    lease_until     timestamptz,
    -- The last attempt's HTTP status and what went wrong, without secrets.
    last_status     integer,
    last_error      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    delivered_at    timestamptz,
    UNIQUE (announcement, channel)
);
CREATE INDEX deliveries_pending ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_by_state ON deliveries (state, id DESC);
CREATE INDEX deliveries_by_channel ON deliveries (channel, id DESC);

-- For the gateway: has a test sent to a channel and returns the delivery's id; an alerter claims it within seconds.
CREATE FUNCTION request_channel_test(channel bigint) RETURNS bigint LANGUAGE sql AS $$
    WITH word AS (
        SELECT replace(gen_random_uuid()::text, '-', '') AS random, clock_timestamp() AS at
    ), announcement AS (
        INSERT INTO announcements (id, type, at_ms, payload)
        SELECT 'test-' || random, 'channel.test', floor(extract(epoch FROM at) * 1000)::bigint,
            '{"type":"channel.test","timestamp":"'
                || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                || '","data":{"incident":null,"monitor":null,"state":null,"reason":null,'
                || '"detail":"This is a test: the channel works.","regions":[],"url":null}}'
        FROM word
        RETURNING id
    )
    INSERT INTO deliveries (announcement, channel, webhook_id)
    SELECT announcement.id, request_channel_test.channel, 'msg_' || word.random FROM announcement, word
    RETURNING id
$$;

-- For the gateway: has a dead or cancelled delivery tried again under its webhook id, as if it were new. Returns
-- whether there was one.
CREATE FUNCTION retry_delivery(delivery bigint) RETURNS boolean LANGUAGE sql AS $$
    WITH retried AS (
        UPDATE deliveries
        SET state = 'pending', attempts = 0, next_at = now(), pending_since = now(), lease_owner = NULL, lease_until = NULL
        WHERE id = delivery AND state IN ('dead', 'cancelled')
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM retried)
$$;
