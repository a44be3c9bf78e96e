-- Who is signed in. `id` is the SHA-256 of the id in the cookie; `sealed` opens
-- only with the portal's keys and the other half of that cookie together.
-- `operator` and `sid` find the sessions of a person, or of one sign-in at the
-- identity provider, without opening them.

CREATE TABLE sessions (
    id           TEXT    PRIMARY KEY,
    operator     TEXT    NOT NULL,
    sid          TEXT    NOT NULL,
    version      BIGINT  NOT NULL,
    signed_in_at BIGINT  NOT NULL,
    seen_at      BIGINT  NOT NULL,
    sealed       TEXT    NOT NULL
);
CREATE INDEX sessions_operator ON sessions (operator, seen_at);
CREATE INDEX sessions_sid ON sessions (sid);
CREATE INDEX sessions_seen ON sessions (seen_at);
