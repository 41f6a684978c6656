// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest;

import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.GroupKey;
import io.wherry.format.BatchFormat;
import io.wherry.model.Attestation;
import io.wherry.model.KeyEpoch;

/// Checks attestations of one key epoch, as the destination's gateway does. Anyone who knows the
/// group key can; it takes no secret.
///
/// @param curve the backend
/// @param epoch the epoch of the key
/// @param group the group key
public record AttestationVerifier(Curve curve, KeyEpoch epoch, GroupKey group) {
  /// Whether `attestation` is the committee's signature on its batch under this epoch's key.
  public boolean accepts(Attestation attestation) {
    var batch = attestation.batch();
    return batch.keyEpoch().equals(epoch)
        && attestation.scheme().equals(group.suite().id())
        && group
            .suite()
            .verify(curve, group.key(), BatchFormat.digest(batch).bytes(), attestation.signature());
  }
}
