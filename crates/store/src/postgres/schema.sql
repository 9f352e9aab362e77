CREATE TABLE pairnym.requests (
    handle bytea PRIMARY KEY, nonce bytea NOT NULL, request bytea NOT NULL,
    expires bigint NOT NULL, kept_until bigint NOT NULL, flow smallint NOT NULL,
    browser bytea NOT NULL UNIQUE, context bytea NOT NULL, version bigint NOT NULL,
    state smallint NOT NULL, attempt bytea, hash bytea, code bytea UNIQUE, at bigint NOT NULL,
    tries smallint NOT NULL, result bytea
);
CREATE INDEX ON pairnym.requests (kept_until);

CREATE TABLE pairnym.accounts (
    label text COLLATE "C" NOT NULL, pseudonym bytea NOT NULL, parameters bytea NOT NULL,
    epoch bigint NOT NULL, since bigint NOT NULL, admissions bigint NOT NULL,
    PRIMARY KEY (pseudonym, label)
);
CREATE INDEX ON pairnym.accounts (parameters, label, pseudonym);

CREATE TABLE pairnym.acts (
    digest bytea PRIMARY KEY, label text NOT NULL, pseudonym bytea NOT NULL,
    request bytea NOT NULL, answer bytea NOT NULL, at bigint NOT NULL
);
CREATE INDEX ON pairnym.acts (pseudonym, label);

CREATE TABLE pairnym.people (
    person bytea PRIMARY KEY, ticket bytea NOT NULL, commitment bytea NOT NULL,
    deleted bigint, version bigint NOT NULL
);
CREATE TABLE pairnym.owners (
    commitment bytea PRIMARY KEY, person bytea NOT NULL REFERENCES pairnym.people
);
CREATE TABLE pairnym.registrations (
    ticket bytea PRIMARY KEY, person bytea NOT NULL REFERENCES pairnym.people,
    commitment bytea NOT NULL REFERENCES pairnym.owners
);

CREATE TABLE pairnym.tickets (
    ticket bytea PRIMARY KEY, person bytea NOT NULL, stored bytea NOT NULL,
    expires bigint NOT NULL, kept_until bigint NOT NULL
);
CREATE INDEX ON pairnym.tickets (kept_until);

CREATE TABLE pairnym.offers (
    nonce bytea PRIMARY KEY, person bytea NOT NULL REFERENCES pairnym.people,
    commitment bytea NOT NULL, stored bytea NOT NULL, expires bigint NOT NULL,
    kept_until bigint NOT NULL
);
CREATE INDEX ON pairnym.offers (person);
CREATE INDEX ON pairnym.offers (kept_until);

CREATE TABLE pairnym.events (
    number bigint PRIMARY KEY, at bigint NOT NULL, actor text NOT NULL, action text NOT NULL,
    subject bytea
);
CREATE TABLE pairnym.last_event (number bigint NOT NULL);
INSERT INTO pairnym.last_event VALUES (0);

CREATE TABLE pairnym.nonces (nonce bytea PRIMARY KEY, hour bigint NOT NULL);
CREATE INDEX ON pairnym.nonces (hour);
CREATE TABLE pairnym.forgotten (hour bigint PRIMARY KEY);
