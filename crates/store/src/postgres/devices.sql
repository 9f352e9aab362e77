CREATE TABLE pairnym.codes (
    code bytea PRIMARY KEY, person bytea NOT NULL, ticket bytea, message bytea,
    expires bigint NOT NULL, kept_until bigint NOT NULL
);
CREATE INDEX ON pairnym.codes (person);
CREATE INDEX ON pairnym.codes (kept_until);

CREATE TABLE pairnym.devices (
    token bytea PRIMARY KEY, person bytea NOT NULL, ticket bytea,
    expires bigint NOT NULL, kept_until bigint NOT NULL
);
CREATE INDEX ON pairnym.devices (person);
CREATE INDEX ON pairnym.devices (kept_until);

CREATE TABLE pairnym.granted (
    person bytea NOT NULL, parameters bytea NOT NULL, epoch bigint NOT NULL,
    batches bigint NOT NULL, kept_until bigint NOT NULL,
    PRIMARY KEY (person, parameters, epoch)
);
CREATE INDEX ON pairnym.granted (kept_until);
