-- What this member has signed. A slot has one message for ever, over all key epochs.
CREATE TABLE signing_record (
  gateway            BLOB    NOT NULL CHECK (length(gateway) >= 6),
  send_id            BLOB    NOT NULL CHECK (length(send_id) = 32),
  message_id         BLOB    NOT NULL CHECK (length(message_id) = 32),
  key_epoch          INTEGER NOT NULL,
  boot_epoch         INTEGER NOT NULL,
  recorded_at_millis INTEGER NOT NULL,
  PRIMARY KEY (gateway, send_id)
) WITHOUT ROWID;

-- Messages that were refused because their slot holds another one.
CREATE TABLE conflict_evidence (
  id             INTEGER PRIMARY KEY,
  gateway        BLOB    NOT NULL,
  send_id        BLOB    NOT NULL,
  recorded       BLOB    NOT NULL,
  offered        BLOB    NOT NULL,
  key_epoch      INTEGER NOT NULL,
  seen_at_millis INTEGER NOT NULL,
  UNIQUE (gateway, send_id, offered)
);

-- How often this record was opened: one row.
CREATE TABLE boot (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL
);
INSERT INTO boot (id, epoch) VALUES (1, 0);

-- How far each other member was heard, so that a restarted node is not fed old envelopes.
CREATE TABLE replay_mark (
  member      INTEGER PRIMARY KEY,
  boot_epoch  INTEGER NOT NULL CHECK (boot_epoch >= 1),
  seq_highest INTEGER NOT NULL CHECK (seq_highest >= 1)
);
