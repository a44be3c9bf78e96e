-- What a person chose in the settings, one row for each person who chose anything.
-- '' and 0 are what the portal does by itself. keys_off is 0 or 1.
CREATE TABLE preferences (
    operator TEXT    NOT NULL PRIMARY KEY,
    theme    TEXT    NOT NULL DEFAULT '',
    density  TEXT    NOT NULL DEFAULT '',
    zone     TEXT    NOT NULL DEFAULT '',
    keys_off INTEGER NOT NULL DEFAULT 0
);
