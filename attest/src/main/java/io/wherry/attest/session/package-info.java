// SPDX-License-Identifier: Apache-2.0
/// The signing protocol as a pure machine: packets and time go in, packets and results come out. It
/// has no clock, no thread and no network, and keeps nothing but in memory.
///
/// A signer publishes nonce commitments to each coordinator in advance; a commitment can be used by
/// that coordinator alone, and once. So a batch takes one round trip, two coordinators never race
/// for a nonce, and no lock is needed.
@NullMarked
package io.wherry.attest.session;

import org.jspecify.annotations.NullMarked;
