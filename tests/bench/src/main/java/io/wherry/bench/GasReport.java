// SPDX-License-Identifier: Apache-2.0
package io.wherry.bench;

import io.wherry.chain.ChainException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What the gateway's transactions cost: gas of whole transactions, divided by the number of
/// messages in them; the median of the samples.
///
/// @param samples transactions of each kind
/// @param deliver one message, delivered alone
/// @param batch10 a message in a batch of 10
/// @param batch50 a message in a batch of 50
/// @param send one message, sent
record GasReport(int samples, long deliver, long batch10, long batch50, long send) {
  /// The bounds that the contract is held to, in gas a message.
  static final long DELIVER_MAX = 48_000;

  static final long BATCH10_MAX = 14_500;
  static final long BATCH50_MAX = 11_000;
  static final long SEND_MAX = 38_000;

  /// Measures. One transaction goes before those that count: it warms the storage that all later
  /// ones share (a bitmap word's first bit costs 17,100 more, once in 256 messages).
  ///
  /// @throws ChainException where the chain does not answer, or refuses what it should take
  static GasReport of(GasChain chain, int samples) throws ChainException {
    var _ = chain.send();
    long send = median(samples, chain::send);
    chain.mineOnDemand();
    var _ = chain.deliver(1);
    return new GasReport(
        samples,
        median(samples, () -> chain.deliver(1)),
        Math.round(median(samples, () -> chain.deliver(10)) / 10.0),
        Math.round(median(samples, () -> chain.deliver(50)) / 50.0),
        send);
  }

  boolean withinBounds() {
    return deliver <= DELIVER_MAX
        && batch10 <= BATCH10_MAX
        && batch50 <= BATCH50_MAX
        && send <= SEND_MAX;
  }

  String json() {
    return """
        {"deliver_gas":%d,"batch10_gas_per_message":%d,"batch50_gas_per_message":%d,"send_gas":%d}"""
        .formatted(deliver, batch10, batch50, send);
  }

  String table() {
    var text = new StringBuilder();
    text.append(
        """
        Gas of whole transactions on anvil: 32-byte payloads, distinct recipients that only answer,
        attested by 2 of 3; median of %d in steady state.

        %-32s %10s %10s
        """
            .formatted(samples, "", "gas", "at most"));
    for (var row :
        List.of(
            new Row("deliver, one message", deliver, DELIVER_MAX),
            new Row("deliverBatch of 10, a message", batch10, BATCH10_MAX),
            new Row("deliverBatch of 50, a message", batch50, BATCH50_MAX),
            new Row("sendMessage", send, SEND_MAX))) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-32s %,10d %,10d%s%n",
              row.what,
              row.gas,
              row.max,
              row.gas <= row.max ? "" : "  TOO MUCH"));
    }
    return text.toString();
  }

  private static long median(int samples, Sample sample) throws ChainException {
    var values = new long[samples];
    for (int i = 0; i < samples; i++) {
      values[i] = sample.gas();
    }
    Arrays.sort(values);
    return values[samples / 2];
  }

  private record Row(String what, long gas, long max) {}

  private interface Sample {
    long gas() throws ChainException;
  }
}
