// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import java.time.Instant;

/// Two messages for one slot: somebody lies, or the source chain was rewritten past its finality.
/// The first stands; the second is kept here as evidence and gets no delivery.
///
/// @param present the message that holds the slot
/// @param refused the other one, and where it was seen
/// @param at when it was seen
public record SlotConflict(MessageId present, Observation refused, Instant at) {}
