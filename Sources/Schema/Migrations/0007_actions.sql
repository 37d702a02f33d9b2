-- What people do about incidents is told by the relay, too: for 'monitoring-results' the value is the action.
ALTER TABLE relay_outbox
    DROP CONSTRAINT relay_outbox_topic_check,
    ADD CONSTRAINT relay_outbox_topic_check CHECK (topic IN ('monitors', 'settings', 'monitoring-results'));
