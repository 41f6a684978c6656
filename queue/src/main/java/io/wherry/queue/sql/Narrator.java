// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.queue.Effect;
import io.wherry.queue.Event;
import io.wherry.queue.Step;
import java.util.stream.Collectors;

/// Says what happened, for the timeline.
final class Narrator {
  private Narrator() {}

  /// What an operator wants to know of `event`, and of the notices in `step`.
  static String detail(Event event, Step step) {
    var notices =
        step.effects().stream()
            .map(
                effect ->
                    switch (effect) {
                      case Effect.Notify notify ->
                          "; %s: %s".formatted(notify.notice(), notify.detail());
                      case Effect.Attest _,
                          Effect.Submit _,
                          Effect.Broadcast _,
                          Effect.Track _,
                          Effect.Discard _ ->
                          "";
                    })
            .collect(Collectors.joining());
    return bounded(detail(event) + notices);
  }

  private static String detail(Event event) {
    return switch (event) {
      case Event.Seen seen ->
          "in block %s, transaction %s, log %d"
              .formatted(
                  seen.observation().block(),
                  seen.observation().transaction(),
                  seen.observation().logIndex());
      case Event.BecameFinal last -> last.evidence();
      case Event.SourceOrphaned orphaned -> "block %s vanished".formatted(orphaned.block());
      case Event.AttestationReceived received ->
          "%s, key epoch %s, batch of %d"
              .formatted(
                  received.attestation().scheme(),
                  received.attestation().batch().keyEpoch(),
                  received.attestation().batch().messages().size());
      case Event.AttestFailed failed -> failed.reason();
      case Event.AttestationRefused refused -> refused.reason();
      case Event.Prepared prepared ->
          "transaction %s, nonce %d"
              .formatted(prepared.transaction().hash(), prepared.transaction().nonce());
      case Event.SubmitRejected rejected -> rejected.reason();
      case Event.Superseded superseded -> superseded.reason();
      case Event.SubmitReverts reverts -> reverts.reason();
      case Event.SubmitRefused refused -> "%s: %s".formatted(refused.refusal(), refused.detail());
      case Event.TransportFailed failed -> failed.error();
      case Event.StillPending _ -> "";
      case Event.IncludedSeen included ->
          "transaction %s %s in block %s, gas %d, fee %s"
              .formatted(
                  included.transaction(),
                  included.succeeded() ? "succeeded" : "reverted",
                  included.block(),
                  included.gasUsed(),
                  included.feePaid());
      case Event.DeliverySeen seen ->
          "in block %s, transaction %s".formatted(seen.block(), seen.transaction());
      case Event.RecipientFailed failed ->
          "%s; in block %s, transaction %s"
              .formatted(failed.reason(), failed.block(), failed.transaction());
      case Event.AlreadyDelivered already ->
          already.asOf().map(block -> "as of block " + block).orElse("at a block not known yet");
      case Event.DestinationOrphaned orphaned -> "block %s vanished".formatted(orphaned.block());
      case Event.SettledSeen settled -> settled.evidence();
      case Event.Replay _ -> "";
      case Event.Drop drop -> drop.reason();
      case Event.Hold hold -> "%s: %s".formatted(hold.reason(), hold.detail());
      case Event.Release release -> release.reason().name();
    };
  }

  private static String bounded(String text) {
    return text.length() <= 4_000 ? text : text.substring(0, 3_999) + "…";
  }
}
