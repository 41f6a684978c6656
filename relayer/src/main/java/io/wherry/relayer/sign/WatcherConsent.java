// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.sign;

import io.wherry.attest.Consent;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.ChainId;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import io.wherry.queue.DeadReason;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Standing;
import io.wherry.queue.State;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/// Consents to what this node's own watcher saw and found final, to the gateway that is configured
/// for its destination, and that nobody has stopped. Whatever is not known (yet) is answered with
/// `NotYet`, never denied.
public final class WatcherConsent implements Consent {
  private final DeliveryStore store;
  private final Map<ChainId, Address> gateways;

  /// @param store what the watchers wrote down
  /// @param gateways the configured gateway of every chain
  public WatcherConsent(DeliveryStore store, Map<ChainId, Address> gateways) {
    this.store = store;
    this.gateways = Map.copyOf(gateways);
  }

  @Override
  public Answer ask(Batch batch) {
    var destination = batch.destination();
    var configured = gateways.get(destination.chain());
    if (configured == null) {
      return new Answer.NotYet("chain %s is not configured here".formatted(destination.chain()));
    }
    if (!configured.equals(destination)) {
      return new Answer.Refused(
          "the gateway of %s is %s here, not %s"
              .formatted(destination.chain(), configured.account(), destination.account()));
    }
    var slots = new ArrayList<Slot>();
    for (var id : batch.messages()) {
      var delivery = store.find(id);
      var objection =
          delivery.isEmpty()
              ? Optional.<Answer>of(new Answer.NotYet("message %s is not seen yet".formatted(id)))
              : objection(id, delivery.get(), destination);
      if (objection.isPresent()) {
        return objection.get();
      }
      slots.add(delivery.orElseThrow().observation().message().slot());
    }
    return new Answer.Given(slots);
  }

  private Optional<Answer> objection(MessageId id, Delivery delivery, Address destination) {
    if (!delivery.lane().destination().equals(destination.chain())) {
      return Optional.of(
          new Answer.Refused("message %s goes to %s".formatted(id, delivery.lane().destination())));
    }
    var source = delivery.observation().message().slot().gateway();
    if (!source.equals(gateways.get(source.chain()))) {
      return Optional.of(
          new Answer.Refused("message %s left %s, no gateway of ours".formatted(id, source)));
    }
    if (delivery.state() instanceof State.Held held) {
      return Optional.of(
          new Answer.NotYet("message %s is held here: %s".formatted(id, held.reason())));
    }
    if (delivery.state() instanceof State.DeadLetter(var reason, var _)
        && reason == DeadReason.DROPPED) {
      return Optional.of(new Answer.NotYet("message %s was given up here".formatted(id)));
    }
    return switch (delivery.standing()) {
      case Standing.Irreversible _ -> Optional.empty();
      case Standing.Reversible _ ->
          Optional.of(new Answer.NotYet("message %s is not final here yet".formatted(id)));
      case Standing.Vanished _ ->
          Optional.of(
              new Answer.NotYet("message %s vanished from its source chain here".formatted(id)));
    };
  }
}
