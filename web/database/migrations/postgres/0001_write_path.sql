-- What the write path keeps. Times are microseconds UTC; sealed columns hold
-- what seal.Ring sealed, bound to the row's own identity.

CREATE TABLE drafts (
    seq       BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key       TEXT    NOT NULL UNIQUE,
    draft     TEXT    NOT NULL,
    operator  TEXT    NOT NULL,
    customer  TEXT    NOT NULL,
    opened_at BIGINT  NOT NULL,
    saved_at  BIGINT  NOT NULL,
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
    retry_after    BIGINT  NOT NULL,
    fence          BIGINT  NOT NULL,
    recorded_at    BIGINT  NOT NULL,
    sent_at        BIGINT  NOT NULL,
    settled_at     BIGINT  NOT NULL,
    intent         TEXT    NOT NULL,
    outcome        TEXT    NOT NULL
);
CREATE INDEX submissions_open ON submissions (operator, recorded_at) WHERE state IN ('recorded', 'in_doubt');

CREATE TABLE leases (
    name       TEXT    PRIMARY KEY,
    holder     TEXT    NOT NULL,
    fence      BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);

CREATE TABLE audit (
    seq            BIGINT  PRIMARY KEY,
    time           BIGINT  NOT NULL,
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
    seq    BIGINT  PRIMARY KEY REFERENCES audit (seq),
    sealed TEXT    NOT NULL
);

CREATE FUNCTION audit_check_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <> (SELECT COALESCE(max(seq), 0) + 1 FROM audit) THEN
        RAISE EXCEPTION 'the audit trail is append-only and has no gaps';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE FUNCTION audit_values_check_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_values WHERE seq = NEW.seq) THEN
        RAISE EXCEPTION 'audit values are deleted, never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION audit_values_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit values are deleted, never changed';
END $$;

CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_check_order();
CREATE TRIGGER audit_never_updated BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
-- SQLite knows no TRUNCATE: this one has no counterpart there.
CREATE TRIGGER audit_never_truncated BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_values_never_replaced BEFORE INSERT ON audit_values
    FOR EACH ROW EXECUTE FUNCTION audit_values_check_new();
CREATE TRIGGER audit_values_never_updated BEFORE UPDATE ON audit_values
    FOR EACH ROW EXECUTE FUNCTION audit_values_refuse();

CREATE TABLE recents (
    operator TEXT    NOT NULL,
    customer TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    seen_at  BIGINT  NOT NULL,
    PRIMARY KEY (operator, customer)
);
