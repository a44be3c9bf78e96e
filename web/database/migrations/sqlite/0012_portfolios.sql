-- What portfolios go by, one row for each customer that was asked for: `sealed` holds its
-- domain and country as Partner Center had them at read_at.
CREATE TABLE customers (
    customer TEXT    NOT NULL PRIMARY KEY,
    read_at  INTEGER NOT NULL,
    sealed   TEXT    NOT NULL
);
