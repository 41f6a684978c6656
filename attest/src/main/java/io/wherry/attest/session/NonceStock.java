// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.frost.Nonce;
import io.wherry.attest.session.Packet.Offer;
import io.wherry.attest.session.Packet.Share;
import io.wherry.model.Hash32;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/// A signer's nonces for one coordinator, and the shares that it made with those that are used. An
/// index is given out once and never again, so a nonce is either here and fresh, or gone.
final class NonceStock {
  private final int freshMax;
  private final int spentMax;
  private final Duration window;
  private final Supplier<Nonce> source;
  private final TreeMap<Long, Nonce> fresh = new TreeMap<>();
  private final Map<Long, Spent> spent = new LinkedHashMap<>();
  private long nextIndex;
  private Instant windowEnd = Instant.MIN;
  private int madeInWindow;

  NonceStock(Limits limits, Supplier<Nonce> source) {
    this.freshMax = limits.commitmentsPerPeerMax();
    this.spentMax = limits.rememberedMax();
    this.window = Duration.ofMillis(limits.timeoutMillis());
    this.source = source;
  }

  /// What a nonce was used for.
  ///
  /// @param request the hash of the request
  /// @param answer the share that was given
  record Spent(Hash32 request, Share answer) {}

  /// All fresh commitments, after filling the stock up. A coordinator can have at most `freshMax`
  /// made for the asking in one time-out, so that asking cannot keep this member busy.
  List<Offer> filled(Instant now) {
    if (!now.isBefore(windowEnd)) {
      windowEnd = now.plus(window);
      madeInWindow = 0;
    }
    while (fresh.size() < freshMax && madeInWindow < freshMax) {
      make();
      madeInWindow++;
    }
    var offers = new ArrayList<Offer>();
    fresh.forEach((index, nonce) -> offers.add(offer(index, nonce)));
    return offers;
  }

  /// One more commitment in the place of a used one, where there is room.
  List<Offer> replacement() {
    return fresh.size() < freshMax ? List.of(make()) : List.of();
  }

  Optional<Nonce> fresh(long index) {
    return Optional.ofNullable(fresh.get(index));
  }

  Optional<Spent> spent(long index) {
    return Optional.ofNullable(spent.get(index));
  }

  /// Wipes the nonce of `index` without a use.
  void discard(long index) {
    var nonce = fresh.remove(index);
    if (nonce != null) {
      nonce.close();
    }
  }

  void discardBelow(long firstIndex) {
    var old = fresh.headMap(firstIndex);
    old.values().forEach(Nonce::close);
    old.clear();
  }

  /// Remembers what the nonce of `index`, which is gone, was used for.
  void remember(long index, Spent use) {
    spent.put(index, use);
    if (spent.size() > spentMax) {
      spent.remove(spent.keySet().iterator().next());
    }
  }

  private Offer make() {
    var nonce = source.get();
    long index = nextIndex++;
    fresh.put(index, nonce);
    return offer(index, nonce);
  }

  private static Offer offer(long index, Nonce nonce) {
    return new Offer(index, nonce.commitment().hiding(), nonce.commitment().binding());
  }
}
