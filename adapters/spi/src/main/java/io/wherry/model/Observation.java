// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// A message together with the place that it was seen at.
///
/// @param message what was sent
/// @param id the message's hash
/// @param block the block that holds it
/// @param transaction the transaction that sent it
/// @param logIndex the log's place in the block, from 0; on a UTXO chain the output's index
public record Observation(
    Message message, MessageId id, Checkpoint block, Hash32 transaction, int logIndex) {}
