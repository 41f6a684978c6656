// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/// What every command has that asks a node.
final class ApiOptions {
  @Option(
      names = "--api",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8480",
      description = "The node's HTTP API. Default: ${DEFAULT-VALUE}")
  private URI api = URI.create("http://127.0.0.1:8480");

  @Option(names = "--json", description = "Print the API's answer as it is.")
  private boolean json;

  /// @throws CommandException where the address is none
  NodeClient client() {
    var scheme = api.getScheme();
    boolean web = "http".equals(scheme) || "https".equals(scheme);
    if (!web || api.getHost() == null) {
      throw new CommandException(
          ExitCode.USAGE,
          "--api: expected an address such as http://127.0.0.1:8480, got '%s'".formatted(api));
    }
    return new NodeClient(api);
  }

  boolean json() {
    return json;
  }
}
