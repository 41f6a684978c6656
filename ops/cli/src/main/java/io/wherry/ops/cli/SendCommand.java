// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.GatewayClient;
import io.wherry.chain.ChainException;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "send",
    description = "Sends a message through a gateway, for trying things out.",
    mixinStandardHelpOptions = true)
final class SendCommand implements Callable<Integer> {
  private static final Pattern RECIPIENT =
      Pattern.compile("(eip155:[1-9][0-9]{0,17}):(0x[0-9a-fA-F]{40})");

  @Mixin private AccountOptions account = new AccountOptions();

  @Option(
      names = "--gateway",
      required = true,
      paramLabel = "ADDRESS",
      description = "The gateway contract on this chain.")
  private String gateway = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "CHAIN:ADDRESS",
      description = "The recipient, such as eip155:31338:0x0123….")
  private String to = "";

  @ArgGroup(multiplicity = "1")
  private Payload payload = new Payload();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  static final class Payload {
    @Option(names = "--text", paramLabel = "TEXT", description = "The payload as text (UTF-8).")
    private @Nullable String text;

    @Option(names = "--hex", paramLabel = "0x…", description = "The payload in hexadecimal digits.")
    private @Nullable String hex;

    Bytes bytes() {
      if (text != null) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
      }
      return hex("--hex", Objects.requireNonNullElse(hex, ""));
    }
  }

  @Override
  public Integer call() {
    var recipient = RECIPIENT.matcher(to);
    if (!recipient.matches()) {
      throw new CommandException(
          ExitCode.USAGE,
          "--to: expected CHAIN:ADDRESS such as eip155:31338:0x…, got '%s'".formatted(to));
    }
    var through = hex("--gateway", gateway);
    if (through.size() != 20) {
      throw new CommandException(
          ExitCode.USAGE, "--gateway: expected 20 bytes, got %d".formatted(through.size()));
    }
    var address =
        Address.eip155(new ChainId(recipient.group(1)), Bytes.fromHex(recipient.group(2)));
    var content = payload.bytes();
    var vertx = Vertx.vertx();
    try (var sender = account.open(vertx)) {
      var sent = new GatewayClient(sender, through).sendMessage(address, content, List.of());
      spec.commandLine()
          .getOut()
          .println(
              json
                  ? """
                  {"id":"%s","sequence":%d,"transaction":"%s","source":"%s","destination":"%s"}"""
                      .formatted(
                          sent.id(),
                          sent.sequence(),
                          sent.transaction(),
                          sender.chain(),
                          address.chain())
                  : """
                  message      %s
                  sequence     %d
                  transaction  %s
                  Follow it with: ./wherry messages show %s --api URL"""
                      .formatted(sent.id(), sent.sequence(), sent.transaction(), sent.id()));
      return ExitCode.OK.code();
    } catch (ChainException failed) {
      throw new CommandException(
          ExitCode.UNAVAILABLE,
          Objects.requireNonNullElse(failed.getMessage(), failed.toString()),
          failed);
    } finally {
      var _ = vertx.close();
    }
  }

  private static Bytes hex(String option, String text) {
    try {
      return Bytes.fromHex(text);
    } catch (IllegalArgumentException malformed) {
      throw new CommandException(ExitCode.USAGE, option + ": " + malformed.getMessage(), malformed);
    }
  }
}
