-- alive_until: until when the process at work on a submission is taken to live; it
-- says so again every few seconds. doubted: its answer was lost once. closed_at: when
-- its end was seen, by its person, or for a superseded one by who looked into it.
ALTER TABLE submissions ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN alive_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submissions ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submissions ADD COLUMN closed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX submissions_customer_open ON submissions (customer, recorded_at) WHERE state IN ('recorded', 'in_doubt');
CREATE INDEX submissions_unsettled ON submissions (recorded_at)
    WHERE (state IN ('recorded', 'in_doubt') OR state = 'superseded' AND closed_at = 0);
CREATE INDEX submissions_news ON submissions (operator, recorded_at)
    WHERE doubted = 1 AND closed_at = 0 AND state IN ('applied', 'not_applied', 'superseded');
