// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.model.Attestation;
import io.wherry.model.Hash32;

/// What a simulated gateway asks about a signature.
@FunctionalInterface
public interface Verifier {
  /// Whether `attestation`'s signature is the committee's over `digest`, by a key that is valid for
  /// the batch's key epoch.
  boolean accepts(Hash32 digest, Attestation attestation);
}
