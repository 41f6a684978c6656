-- SPDX-License-Identifier: Apache-2.0
-- Times are whole milliseconds since 1970. Hashes, addresses and transactions are raw bytes.

-- Who may write. Every claim raises the epoch; a writer whose epoch is not the stored one stops.
CREATE TABLE owner (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  holder TEXT NOT NULL,
  claimed_at INTEGER NOT NULL
) STRICT;
INSERT INTO owner (id, epoch, holder, claimed_at) VALUES (1, 0, '', 0);

CREATE TABLE checkpoint (
  chain TEXT PRIMARY KEY,
  height INTEGER NOT NULL CHECK (height >= 0),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An attestation covers up to 1,024 messages, so it is stored once. Its key is a hash of its content.
CREATE TABLE attestation (
  key BLOB PRIMARY KEY CHECK (length(key) = 32),
  scheme TEXT NOT NULL,
  key_epoch INTEGER NOT NULL,
  destination BLOB NOT NULL,
  messages BLOB NOT NULL CHECK (length(messages) % 32 = 0),
  signature BLOB NOT NULL
) STRICT;

-- A transaction of ours may carry many messages, so it is stored once.
CREATE TABLE own_transaction (
  chain TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  nonce INTEGER NOT NULL,
  signed BLOB NOT NULL,
  PRIMARY KEY (chain, hash)
) STRICT;

CREATE TABLE delivery (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of first sight
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
  -- the message
  gateway BLOB NOT NULL,
  send_id BLOB NOT NULL CHECK (length(send_id) = 32),
  sequence INTEGER, -- of a counting gateway
  source_chain TEXT NOT NULL,
  destination_chain TEXT NOT NULL,
  sender BLOB NOT NULL,
  recipient BLOB NOT NULL,
  payload BLOB NOT NULL,
  attributes TEXT NOT NULL, -- JSON array of hexadecimal strings
  -- where it was seen
  block_height INTEGER NOT NULL,
  block_hash BLOB NOT NULL CHECK (length(block_hash) = 32),
  transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
  log_index INTEGER NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('REVERSIBLE', 'IRREVERSIBLE', 'VANISHED')),
  evidence TEXT NOT NULL, -- of irreversibility, else empty
  -- where it stands
  kind TEXT NOT NULL,
  reason TEXT,
  work TEXT,
  due_at INTEGER,
  error TEXT NOT NULL,
  included_height INTEGER,
  included_hash BLOB,
  included_transaction BLOB,
  attestation BLOB REFERENCES attestation (key),
  own_transaction BLOB,
  attempts INTEGER NOT NULL,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  state TEXT NOT NULL, -- versioned JSON: what the columns before do not say
  CHECK ((work IS NULL) = (due_at IS NULL)),
  FOREIGN KEY (destination_chain, own_transaction) REFERENCES own_transaction (chain, hash)
) STRICT;

-- A slot holds one message. One that vanished makes room, because a fork may put another there.
CREATE UNIQUE INDEX delivery_slot ON delivery (gateway, send_id) WHERE standing <> 'VANISHED';
CREATE INDEX delivery_vanished_slot ON delivery (gateway, send_id) WHERE standing = 'VANISHED';
CREATE INDEX delivery_sequence ON delivery (gateway, sequence)
  WHERE sequence IS NOT NULL AND standing <> 'VANISHED';
CREATE INDEX delivery_due ON delivery (work, due_at, number) WHERE work IS NOT NULL;
CREATE INDEX delivery_due_from ON delivery (work, source_chain, due_at, number)
  WHERE work IS NOT NULL;
CREATE INDEX delivery_due_to ON delivery (work, destination_chain, due_at, number)
  WHERE work IS NOT NULL;
CREATE INDEX delivery_seen ON delivery (source_chain, block_height);
CREATE INDEX delivery_included ON delivery (destination_chain, included_height)
  WHERE included_height IS NOT NULL;
CREATE INDEX delivery_lane ON delivery (source_chain, destination_chain, kind);

-- Deliveries by whomever of messages that this node has not seen yet.
CREATE TABLE arrival (
  id BLOB NOT NULL CHECK (length(id) = 32),
  chain TEXT NOT NULL,
  height INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (id, chain)
) STRICT, WITHOUT ROWID;
CREATE INDEX arrival_place ON arrival (chain, height);
CREATE INDEX arrival_age ON arrival (seen_at);

-- Evidence: a second message for a slot that is taken.
CREATE TABLE slot_conflict (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  present_id BLOB NOT NULL CHECK (length(present_id) = 32),
  refused_id BLOB NOT NULL CHECK (length(refused_id) = 32),
  gateway BLOB NOT NULL,
  send_id BLOB NOT NULL CHECK (length(send_id) = 32),
  sender BLOB NOT NULL,
  recipient BLOB NOT NULL,
  payload BLOB NOT NULL,
  attributes TEXT NOT NULL,
  block_height INTEGER NOT NULL,
  block_hash BLOB NOT NULL CHECK (length(block_hash) = 32),
  transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
  log_index INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  UNIQUE (refused_id, block_hash)
) STRICT;

CREATE TABLE moment (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery INTEGER NOT NULL REFERENCES delivery (number),
  at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL,
  event TEXT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX moment_delivery ON moment (delivery, number);
