// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
    name = "status",
    description = "Shows how a node fares: its committee, its chains, its deliveries.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Mixin private ApiOptions options = new ApiOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try (var client = options.client()) {
      var status =
          client
              .get("/v1/status")
              .orElseThrow(
                  () -> new CommandException(ExitCode.UNAVAILABLE, "this is no Wherry API"));
      var out = spec.commandLine().getOut();
      if (options.json()) {
        out.println(status);
        return ExitCode.OK.code();
      }
      var committee = status.path("committee");
      out.printf(
          "member %d of %d, threshold %d, key epoch %d, up since %s%n",
          status.path("member").asInt(),
          committee.path("members").size(),
          committee.path("threshold").asInt(),
          committee.path("keyEpoch").asLong(),
          status.path("startedAt").asString());
      out.printf("group key %s%n", committee.path("groupKey").asString());
      for (var warning : status.path("warnings")) {
        out.println("WARNING  " + warning.asString());
      }
      out.println();
      for (var member : committee.path("members")) {
        out.printf(
            "  member-%-4d %-8s %s%n",
            member.path("member").asInt(),
            member.path("self").asBoolean()
                ? "self"
                : member.path("present").asBoolean() ? "present" : "absent",
            member.path("endpoint").asString());
      }
      out.println();
      for (var duty : status.path("duties")) {
        out.printf(
            "  %-28s %-9s %s%n",
            duty.path("name").asString(),
            duty.path("condition").asString(),
            duty.path("detail").asString(""));
      }
      out.println();
      out.println("  deliveries: " + counts(status.path("deliveries")));
      return ExitCode.OK.code();
    }
  }

  private static String counts(JsonNode deliveries) {
    var text =
        deliveries.properties().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue().asLong())
            .collect(Collectors.joining(", "));
    return text.isEmpty() ? "none yet" : text;
  }
}
