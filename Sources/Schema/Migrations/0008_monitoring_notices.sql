-- Channels of some kinds are told when the watching of a monitor that names them begins and ends.

ALTER TABLE announcements DROP CONSTRAINT announcements_type_check;
ALTER TABLE announcements ADD CONSTRAINT announcements_type_check CHECK (type IN
    ('incident.opened', 'incident.reminder', 'incident.resolved', 'monitoring.started', 'monitoring.ended',
     'channel.test', 'channel.disabled', 'log.silent', 'log.heard'));
