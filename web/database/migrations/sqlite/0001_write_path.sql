-- What the write path keeps. Times are microseconds UTC; sealed columns hold
-- what seal.Ring sealed, bound to the row's own identity.

CREATE TABLE drafts (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    key       TEXT    NOT NULL UNIQUE,
    draft     TEXT    NOT NULL,
    operator  TEXT    NOT NULL,
    customer  TEXT    NOT NULL,
    opened_at INTEGER NOT NULL,
    saved_at  INTEGER NOT NULL,
    sealed    TEXT    NOT NULL
);
CREATE INDEX drafts_latest ON drafts (operator, customer, draft, seq);
CREATE INDEX drafts_age ON drafts (saved_at);

CREATE TABLE submissions (
    key            TEXT    PRIMARY KEY,
    draft          TEXT    NOT NULL,
    operator       TEXT    NOT NULL,
    customer       TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    upstream_code  TEXT    NOT NULL,
    correlation_id TEXT    NOT NULL,
    fields         TEXT    NOT NULL,
    retry_after    INTEGER NOT NULL,
    fence          INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,
    sent_at        INTEGER NOT NULL,
    settled_at     INTEGER NOT NULL,
    intent         TEXT    NOT NULL,
    outcome        TEXT    NOT NULL
);
CREATE INDEX submissions_open ON submissions (operator, recorded_at) WHERE state IN ('recorded', 'in_doubt');

CREATE TABLE leases (
    name       TEXT    PRIMARY KEY,
    holder     TEXT    NOT NULL,
    fence      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE audit (
    seq            INTEGER PRIMARY KEY,
    time           INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    submission     TEXT    NOT NULL,
    operator       TEXT    NOT NULL,
    operator_name  TEXT    NOT NULL,
    customer       TEXT    NOT NULL,
    fields         TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    request_id     TEXT    NOT NULL,
    correlation_id TEXT    NOT NULL,
    upstream_code  TEXT    NOT NULL,
    values_hash    TEXT    NOT NULL,
    prev           TEXT    NOT NULL,
    hash           TEXT    NOT NULL
);
CREATE INDEX audit_customer ON audit (customer, seq);
CREATE INDEX audit_submission ON audit (submission, seq);

-- Before and after of an entry. Retention deletes here and nowhere else.
CREATE TABLE audit_values (
    seq    INTEGER PRIMARY KEY REFERENCES audit (seq),
    sealed TEXT    NOT NULL
);

CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT COALESCE(max(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only and has no gaps'); END;
CREATE TRIGGER audit_never_updated BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_values_never_replaced BEFORE INSERT ON audit_values
WHEN EXISTS (SELECT 1 FROM audit_values WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'audit values are deleted, never changed'); END;
CREATE TRIGGER audit_values_never_updated BEFORE UPDATE ON audit_values
BEGIN SELECT RAISE(ABORT, 'audit values are deleted, never changed'); END;

CREATE TABLE recents (
    operator TEXT    NOT NULL,
    customer TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    seen_at  INTEGER NOT NULL,
    PRIMARY KEY (operator, customer)
);
