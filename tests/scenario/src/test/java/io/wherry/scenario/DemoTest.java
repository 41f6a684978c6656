// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// The demo as a person starts it: it does what it says, and leaves nothing behind.
@Tag("real")
class DemoTest {
  private static final Map<String, String> HOME = Map.of("WHERRY_HOME", Program.ROOT.toString());

  @Test
  void printsOneJsonObjectWithFourSettledMessagesAndLeavesNothing() {
    try (var demo = Program.start(HOME, "demo", "--once", "--json")) {
      var children = childrenOnceUp(demo, 5);
      var outcome = demo.awaitEnd();

      assertThat(outcome.exitCode()).as(outcome.err()).isZero();
      assertThat(outcome.out().lines()).hasSize(1);
      var report = new JsonMapper().readTree(outcome.out());
      assertThat(report.path("settled").asInt()).isEqualTo(4);
      assertThat(report.path("total").asInt()).isEqualTo(4);
      assertThat(report.path("messages"))
          .hasSize(4)
          .allSatisfy(message -> assertThat(message.path("state").asString()).isEqualTo("Settled"));
      assertThat(outcome.err()).doesNotContain("Exception", " ERROR ", "kept ");
      nothingIsLeft(demo, children);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void leavesNothingWhenStoppedBySignal(String signal) throws IOException, InterruptedException {
    try (var demo = Program.start(HOME, "demo")) {
      // at different stages: while it is up, and while its nodes are starting
      var children = childrenOnceUp(demo, 5);
      if (signal.equals("INT")) {
        Await.until(
            "the demo is up",
            () -> demo.out().contains("stays up until Ctrl-C") || !demo.isAlive(),
            () -> demo.out() + demo.err());
      }
      demo.signal(signal);
      var outcome = demo.awaitEnd();

      assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(signal.equals("INT") ? 130 : 143);
      assertThat(outcome.err()).doesNotContain("Exception", " ERROR ", "kept ");
      nothingIsLeft(demo, children);
    }
  }

  /// The processes that a demo runs on, once there are `count` of them.
  private static List<ProcessHandle> childrenOnceUp(Program.Running demo, int count) {
    Await.until(
        "the demo has %d processes".formatted(count),
        () -> demo.children().size() >= count || !demo.isAlive(),
        () -> demo.out() + demo.err());
    var children = demo.children();
    assertThat(children).as(demo.out() + demo.err()).hasSize(count);
    return children;
  }

  private static void nothingIsLeft(Program.Running demo, List<ProcessHandle> children) {
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(folder(demo.pid())).doesNotExist();
    assertThat(Files.exists(folder(demo.pid()).getParent())).isTrue();
  }

  private static Path folder(long pid) {
    return Program.ROOT.resolve(".wherry").resolve("demo-" + pid);
  }
}
