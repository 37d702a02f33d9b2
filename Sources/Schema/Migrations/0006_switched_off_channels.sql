-- A receiver that answers 410 wants nothing any more: the alerter switches its channel off and tells people so.

ALTER TABLE announcements DROP CONSTRAINT announcements_type_check;
ALTER TABLE announcements ADD CONSTRAINT announcements_type_check CHECK (type IN
    ('incident.opened', 'incident.reminder', 'incident.resolved', 'channel.test', 'channel.disabled', 'log.silent',
     'log.heard'));

-- For the alerter: switches a channel off and has the relay tell the log, unless somebody edited it after `seen`, the
-- generation whose receiver refused. Returns whether it did.
CREATE FUNCTION disable_channel(channel bigint, seen bigint) RETURNS boolean LANGUAGE sql AS $$
    WITH edited AS (
        UPDATE channels
        SET enabled = false, generation = generation + 1, updated_at = now(),
            definition = (definition::jsonb
                || jsonb_build_object('enabled', false, 'generation', generation + 1))::json
        WHERE id = disable_channel.channel AND generation = seen AND enabled
        RETURNING id, definition
    ), told AS (
        INSERT INTO relay_outbox (topic, key, value)
        SELECT 'settings', 'channel/' || id, definition::text FROM edited
    )
    SELECT EXISTS (SELECT FROM edited)
$$;
