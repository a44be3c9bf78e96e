-- `stage` is 'typed' while nobody has checked the texts, else 'sent'. `over` is 1
-- once the texts stand upstream or were given up: then they are no draft any more.

ALTER TABLE drafts ADD COLUMN stage TEXT NOT NULL DEFAULT 'sent';
ALTER TABLE drafts ADD COLUMN over INTEGER NOT NULL DEFAULT 0;

UPDATE drafts SET over = 1
WHERE key IN (SELECT key FROM submissions WHERE state = 'applied' OR reason = 'already_saved');

-- What stays of a session for a day after it ended: whose it was and what checks
-- its forms, sealed like the rest, without tokens.
ALTER TABLE sessions ADD COLUMN late TEXT NOT NULL DEFAULT '';
