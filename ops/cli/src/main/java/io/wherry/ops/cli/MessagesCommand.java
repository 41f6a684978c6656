// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
    name = "messages",
    description = "Shows where messages are, and why.",
    subcommands = {MessagesCommand.ListCommand.class, MessagesCommand.ShowCommand.class},
    mixinStandardHelpOptions = true)
final class MessagesCommand {
  private MessagesCommand() {}

  @Command(
      name = "list",
      description = "Lists messages, the newest first.",
      mixinStandardHelpOptions = true)
  static final class ListCommand implements Callable<Integer> {
    @Mixin private ApiOptions options = new ApiOptions();

    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "Only those in this state, such as Waiting, DeadLetter, Settled.")
    private @Nullable String state;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "At most so many, 1 to 1000. Default: ${DEFAULT-VALUE}")
    private int limit = 50;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      try (var client = options.client()) {
        var query = "?limit=" + limit + (state == null ? "" : "&state=" + encoded(state));
        var answer =
            client
                .get("/v1/messages" + query)
                .orElseThrow(
                    () -> new CommandException(ExitCode.UNAVAILABLE, "this is no Wherry API"));
        var out = spec.commandLine().getOut();
        if (options.json()) {
          out.println(answer);
          return ExitCode.OK.code();
        }
        for (var message : answer.path("messages")) {
          out.printf(
              "%s  %-36s %-10s %s%n",
              message.path("id").asString(),
              message.path("source").asString() + " → " + message.path("destination").asString(),
              message.path("state").asString(),
              message.path("reason").asString(""));
        }
        if (answer.path("messages").isEmpty()) {
          out.println("no messages");
        }
        return ExitCode.OK.code();
      }
    }

    private static String encoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }

  @Command(
      name = "show",
      description = "Shows one message: where it is, why, and its whole timeline.",
      mixinStandardHelpOptions = true)
  static final class ShowCommand implements Callable<Integer> {
    @Mixin private ApiOptions options = new ApiOptions();

    @Parameters(paramLabel = "ID", description = "The message's id: 0x and 64 hexadecimal digits.")
    private String id = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      if (!id.matches("0x[0-9a-fA-F]{64}")) {
        throw new CommandException(
            ExitCode.USAGE,
            "'%s' is no message id: expected 0x and 64 hexadecimal digits".formatted(id));
      }
      try (var client = options.client()) {
        var message =
            client
                .get("/v1/messages/" + id)
                .orElseThrow(
                    () ->
                        new CommandException(
                            ExitCode.FAILED,
                            "this node has not seen message %s (yet)".formatted(id)));
        var out = spec.commandLine().getOut();
        if (options.json()) {
          out.println(message);
        } else {
          print(out, message);
        }
        return ExitCode.OK.code();
      }
    }

    private static void print(PrintWriter out, JsonNode message) {
      for (var field :
          new String[] {
            "id",
            "source",
            "destination",
            "sendId",
            "sender",
            "recipient",
            "state",
            "reason",
            "error",
            "nextAttemptAt"
          }) {
        var value = message.path(field).asString("");
        if (!value.isEmpty()) {
          out.printf("%-14s %s%n", field, value);
        }
      }
      out.println();
      for (var moment : message.path("timeline")) {
        out.printf(
            "  %-28s %-10s %s%n",
            moment.path("at").asString(),
            moment.path("state").asString(),
            moment.path("detail").asString(""));
      }
    }
  }
}
