// SPDX-License-Identifier: Apache-2.0
/// The bus between committee members: who they are ([io.wherry.attest.cluster.Roster],
/// [io.wherry.attest.cluster.Identity]), the signed envelopes they exchange
/// ([io.wherry.attest.cluster.EnvelopeSealer], [io.wherry.attest.cluster.EnvelopeOpener]), and the
/// clustered event bus that carries them ([io.wherry.attest.cluster.Cluster],
/// [io.wherry.attest.cluster.MemberBus]).
///
/// The cluster is an untrusted carrier of bytes. It may lose, repeat, reorder, delay, forge and
/// read everything; what it says about membership is for display. All that may be believed is an
/// envelope that the opener accepted, and all that it proves is who wrote it, for whom, in which
/// cluster, and that it was not seen before.
@NullMarked
package io.wherry.attest.cluster;

import org.jspecify.annotations.NullMarked;
