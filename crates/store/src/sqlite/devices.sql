CREATE TABLE codes (
    code BLOB PRIMARY KEY, person BLOB NOT NULL, ticket BLOB, message BLOB,
    expires INTEGER NOT NULL, kept_until INTEGER NOT NULL
) STRICT;
CREATE INDEX codes_person ON codes (person);
CREATE INDEX codes_kept ON codes (kept_until);

CREATE TABLE devices (
    token BLOB PRIMARY KEY, person BLOB NOT NULL, ticket BLOB,
    expires INTEGER NOT NULL, kept_until INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_person ON devices (person);
CREATE INDEX devices_kept ON devices (kept_until);

CREATE TABLE granted (
    person BLOB NOT NULL, parameters BLOB NOT NULL, epoch INTEGER NOT NULL,
    batches INTEGER NOT NULL, kept_until INTEGER NOT NULL,
    PRIMARY KEY (person, parameters, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX granted_kept ON granted (kept_until);
