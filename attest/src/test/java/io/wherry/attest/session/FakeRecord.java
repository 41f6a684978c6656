// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.SigningRecord;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/// A signing record in memory, which outlives the participant as a disk would.
@NullMarked
final class FakeRecord implements SigningRecord {
  final Map<Slot, MessageId> signed = new HashMap<>();
  boolean available = true;
  int asked;

  @Override
  public Admission admit(List<Entry> entries) {
    asked++;
    if (!available) {
      return new Admission.Unavailable("disk full");
    }
    for (var entry : entries) {
      var recorded = signed.get(entry.slot());
      if (recorded != null && !recorded.equals(entry.message())) {
        return new Admission.Conflict(entry.slot(), recorded, entry.message());
      }
    }
    entries.forEach(entry -> signed.put(entry.slot(), entry.message()));
    return new Admission.Admitted();
  }
}
