// SPDX-License-Identifier: Apache-2.0
package io.wherry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void listsTheBenchmarksWithoutAName() {
    assertThat(run()).isZero();
    assertThat(out.toString()).contains("  gas  ").doesNotContain("  help");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void unknownNameIsWrongUsageAndListsThem() {
    assertThat(run("speed", "--json")).isEqualTo(64);
    assertThat(err.toString()).contains("got 'speed'").contains("  gas  ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void refusesSamplesOutOfRange() {
    assertThat(run("gas", "--samples", "0")).isEqualTo(64);
    assertThat(err.toString()).contains("--samples: expected 1 to 1000, got 0");
    assertThat(run("gas", "--samples", "1001")).isEqualTo(64);
  }

  @Test
  void reportsWhetherTheBoundsHold() {
    var good = new GasReport(21, 48_000, 14_500, 11_000, 38_000);
    var bad = new GasReport(21, 44_844, 13_407, 11_001, 35_134);

    assertThat(good.withinBounds()).isTrue();
    assertThat(good.table()).contains("48,000").doesNotContain("TOO MUCH");
    assertThat(bad.withinBounds()).isFalse();
    assertThat(bad.table()).containsOnlyOnce("TOO MUCH");
    assertThat(bad.json())
        .isEqualTo(
            "{\"deliver_gas\":44844,\"batch10_gas_per_message\":13407,"
                + "\"batch50_gas_per_message\":11001,\"send_gas\":35134}");
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
