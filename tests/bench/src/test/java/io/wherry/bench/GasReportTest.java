// SPDX-License-Identifier: Apache-2.0
package io.wherry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// On a real EVM: the contract takes what our FROST signs, every message arrives, within bounds.
@Tag("real")
final class GasReportTest {
  @Test
  void committeesAttestationsPassWithinTheBounds() throws ChainException {
    var binary = AnvilNode.binary(Path.of(System.getProperty("wherry.root", ".")));
    var anvil = AnvilNode.start(binary, GasChain.NUMBER, new AnvilNode.Mining.PerTransaction());
    try (var chain = GasChain.start(anvil, 7)) {
      var report = GasReport.of(chain, 3);

      assertThat(report.withinBounds()).as(report.table()).isTrue();
      // less than these would mean that something was not done
      assertThat(report.deliver()).isGreaterThan(40_000);
      assertThat(report.batch50()).isGreaterThan(9_000);
    }
  }
}
