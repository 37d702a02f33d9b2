-- A channel that POST /webhooks made belongs to its site: it goes when no monitor names it any more, once it was told so.

ALTER TABLE channels ADD COLUMN is_webhook boolean NOT NULL DEFAULT false;
UPDATE channels SET is_webhook = true WHERE type = 'discord' AND name ~ '^Discord webhook of site [0-9]+ [(]';

-- Those that a monitor named until it was edited or deleted.
CREATE TABLE unnamed_webhooks (
    channel bigint      PRIMARY KEY REFERENCES channels ON DELETE CASCADE,
    -- When the log had the edit; null: the relay has yet to tell it.
    told_at timestamptz
);
-- Some may have lost their monitors before they were noted here: the relay takes those off the list that have one.
INSERT INTO unnamed_webhooks (channel) SELECT id FROM channels WHERE is_webhook;
