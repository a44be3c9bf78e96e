-- Who has a customer's form open, one row for each open form. It is worth a minute
-- and no more: nothing is locked by it. `sealed` holds the person's name.
CREATE TABLE presence (
    customer  TEXT    NOT NULL,
    operator  TEXT    NOT NULL,
    draft     TEXT    NOT NULL,
    opened_at INTEGER NOT NULL,
    seen_at   INTEGER NOT NULL,
    sealed    TEXT    NOT NULL,
    PRIMARY KEY (customer, operator, draft)
);
CREATE INDEX presence_seen ON presence (seen_at);
