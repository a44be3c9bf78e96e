-- alive_until: until when the process at work on a submission is taken to live; it
-- says so again every few seconds. closed_at: when somebody had looked at a
-- superseded one.
ALTER TABLE submissions ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN alive_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submissions ADD COLUMN closed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX submissions_customer_open ON submissions (customer, recorded_at) WHERE state IN ('recorded', 'in_doubt');
CREATE INDEX submissions_unsettled ON submissions (recorded_at)
    WHERE (state IN ('recorded', 'in_doubt') OR state = 'superseded' AND closed_at = 0);
