// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.MemberId;
import java.util.Optional;

/// A node that the cluster says is present. For display only: all of it is that node's own word.
/// What is proved is [EnvelopeOpener#heard].
///
/// @param claimed which member it says it is, if it says so
/// @param address where it is, `host:port`
/// @param self whether it is this node
public record NodePresence(Optional<MemberId> claimed, String address, boolean self) {}
