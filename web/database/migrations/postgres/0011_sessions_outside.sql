-- Sessions are found from outside: `issuer` and `subject` are the identity provider's
-- names, beside the `sid` that was there, and all are '' in rows that older portals wrote.
-- `about` is what lists of sessions tell, sealed with the portal's keys alone.
ALTER TABLE sessions ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_subject ON sessions (subject, issuer);

-- The logout tokens of the last minutes, by the SHA-256 of issuer and jti: each ends
-- sessions once.
CREATE TABLE logouts (
    token   TEXT   PRIMARY KEY,
    used_at BIGINT NOT NULL
);
CREATE INDEX logouts_used ON logouts (used_at);
