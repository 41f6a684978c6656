// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import java.time.Instant;
import java.util.Optional;

/// An entry of a delivery's timeline: a state it entered, or something that became known in it.
/// Repetitions of the last entry are counted and not stored again.
///
/// @param at when it happened first
/// @param lastAt when it happened last
/// @param times how often it happened in a row
/// @param event the kind of event that led there, such as `BecameFinal`
/// @param kind the state after it
/// @param reason the state's typed reason, where it has one
/// @param detail the evidence, the error or the place, in words for an operator
public record Moment(
    Instant at,
    Instant lastAt,
    long times,
    String event,
    Kind kind,
    Optional<String> reason,
    String detail) {}
