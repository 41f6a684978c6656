// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.Consent;
import io.wherry.model.Batch;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;

/// Says yes with the slots that `slots` names, until told otherwise.
@NullMarked
final class FakeConsent implements Consent {
  private final Function<MessageId, Slot> slots;
  private Function<Batch, Answer> answer;

  FakeConsent(Function<MessageId, Slot> slots) {
    this.slots = slots;
    this.answer = this::given;
  }

  @Override
  public Answer ask(Batch batch) {
    return answer.apply(batch);
  }

  void give() {
    answer = this::given;
  }

  void notYet(String reason) {
    answer = batch -> new Answer.NotYet(reason);
  }

  void refuse(String reason) {
    answer = batch -> new Answer.Refused(reason);
  }

  private Answer given(Batch batch) {
    return new Answer.Given(batch.messages().stream().map(slots).toList());
  }
}
