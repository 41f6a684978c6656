// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.MemberId;

/// What a member publishes in round 1: the points of its two nonces.
///
/// @param member whose nonces they are
/// @param hiding D, the point of the hiding nonce
/// @param binding E, the point of the binding nonce
public record Commitment(MemberId member, Point hiding, Point binding) {}
