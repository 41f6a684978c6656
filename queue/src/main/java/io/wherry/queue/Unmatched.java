// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.MessageId;
import java.time.Instant;

/// A delivery of a message that no watcher of this node has seen leave. A young one means that the
/// source chain's watcher lags; an old one is what a theft looks like.
///
/// @param id the message
/// @param chain where it was delivered
/// @param block the block that holds the gateway's event
/// @param transaction who did it
/// @param seenAt when this node learnt of it
public record Unmatched(
    MessageId id, ChainId chain, Checkpoint block, Hash32 transaction, Instant seenAt) {}
