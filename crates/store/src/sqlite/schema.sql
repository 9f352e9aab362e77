CREATE TABLE requests (
    handle BLOB PRIMARY KEY, nonce BLOB NOT NULL, request BLOB NOT NULL,
    expires INTEGER NOT NULL, kept_until INTEGER NOT NULL, flow INTEGER NOT NULL,
    browser BLOB NOT NULL UNIQUE, context BLOB NOT NULL, version INTEGER NOT NULL,
    state INTEGER NOT NULL, attempt BLOB, hash BLOB, code BLOB UNIQUE, at INTEGER NOT NULL,
    tries INTEGER NOT NULL, result BLOB
) STRICT;
CREATE INDEX requests_kept ON requests (kept_until);

CREATE TABLE accounts (
    label TEXT NOT NULL, pseudonym BLOB NOT NULL, parameters BLOB NOT NULL,
    epoch INTEGER NOT NULL, since INTEGER NOT NULL, admissions INTEGER NOT NULL,
    PRIMARY KEY (pseudonym, label)
) STRICT;
CREATE INDEX accounts_admitted ON accounts (parameters, label, pseudonym);

CREATE TABLE acts (
    digest BLOB PRIMARY KEY, label TEXT NOT NULL, pseudonym BLOB NOT NULL,
    request BLOB NOT NULL, answer BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX acts_account ON acts (pseudonym, label);

CREATE TABLE people (
    person BLOB PRIMARY KEY, ticket BLOB NOT NULL, commitment BLOB NOT NULL,
    deleted INTEGER, version INTEGER NOT NULL
) STRICT;
CREATE TABLE owners (
    commitment BLOB PRIMARY KEY, person BLOB NOT NULL REFERENCES people
) STRICT;
CREATE TABLE registrations (
    ticket BLOB PRIMARY KEY, person BLOB NOT NULL REFERENCES people,
    commitment BLOB NOT NULL REFERENCES owners
) STRICT;

CREATE TABLE tickets (
    ticket BLOB PRIMARY KEY, person BLOB NOT NULL, stored BLOB NOT NULL,
    expires INTEGER NOT NULL, kept_until INTEGER NOT NULL
) STRICT;
CREATE INDEX tickets_kept ON tickets (kept_until);

CREATE TABLE offers (
    nonce BLOB PRIMARY KEY, person BLOB NOT NULL REFERENCES people, commitment BLOB NOT NULL,
    stored BLOB NOT NULL, expires INTEGER NOT NULL, kept_until INTEGER NOT NULL
) STRICT;
CREATE INDEX offers_person ON offers (person);
CREATE INDEX offers_kept ON offers (kept_until);

CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL,
    action TEXT NOT NULL, subject BLOB
) STRICT;

CREATE TABLE nonces (nonce BLOB PRIMARY KEY, hour INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_hour ON nonces (hour);
CREATE TABLE forgotten (hour INTEGER PRIMARY KEY) STRICT;
