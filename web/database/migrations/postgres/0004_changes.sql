-- The list of changes, newest first, by whatever it is filtered. A partial index
-- serves a query only if that names the kinds in the same words.
CREATE INDEX audit_changes ON audit (time, seq)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');
CREATE INDEX audit_changes_via ON audit (via, time, seq)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');
CREATE INDEX audit_changes_name ON audit (operator_name, time, seq, via)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');
CREATE INDEX audit_changes_customer ON audit (customer, time, seq, via)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');
CREATE INDEX audit_changes_customer_name ON audit (customer, operator_name, time, seq, via)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');

-- Which of Partner Center's audit records are ours.
CREATE INDEX audit_correlation ON audit (correlation_id, customer) WHERE correlation_id <> '';

-- A save past this portal is kept once, whoever reads of it at the same time.
CREATE UNIQUE INDEX audit_outside ON audit (submission) WHERE kind = 'outside';
