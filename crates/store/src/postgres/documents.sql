CREATE TABLE pairnym.documents (document bytea PRIMARY KEY, person bytea NOT NULL);
