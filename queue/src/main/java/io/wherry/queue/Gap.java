// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// Sequence numbers of a gateway that were never seen, although a later one was: an endpoint hid a
/// log.
///
/// @param first the first that is missing
/// @param last the last that is missing
public record Gap(long first, long last) {}
