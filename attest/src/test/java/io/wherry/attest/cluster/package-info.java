// SPDX-License-Identifier: Apache-2.0
/// Tests of identities, envelopes and the bus.
@NullMarked
package io.wherry.attest.cluster;

import org.jspecify.annotations.NullMarked;
