// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks a node's HTTP API.
final class NodeClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final JsonMapper JSON = new JsonMapper();

  private final URI base;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  NodeClient(URI base) {
    this.base = base;
  }

  /// The answer to `GET path`; empty where the API says that there is no such thing.
  Optional<JsonNode> get(String path) {
    var request = HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT).GET().build();
    try {
      var response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 404) {
        return Optional.empty();
      }
      var body = JSON.readTree(response.body());
      if (response.statusCode() != 200) {
        throw new CommandException(
            response.statusCode() == 400 ? ExitCode.USAGE : ExitCode.UNAVAILABLE,
            body.path("error").asString("the node answered " + response.statusCode()));
      }
      return Optional.of(body);
    } catch (IOException | JacksonException unreachable) {
      throw new CommandException(
          ExitCode.UNAVAILABLE,
          "no node answers at %s (%s): is it running, and is this its api address? See --api."
              .formatted(base, unreachable.getClass().getSimpleName()),
          unreachable);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.UNAVAILABLE, "interrupted", interrupted);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
