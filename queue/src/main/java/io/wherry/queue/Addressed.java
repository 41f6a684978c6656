// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.MessageId;

/// An event and the message that it concerns.
///
/// @param id the message
/// @param event what happened
public record Addressed(MessageId id, Event event) {}
