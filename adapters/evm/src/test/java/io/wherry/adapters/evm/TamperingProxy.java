// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An endpoint that passes calls on to an honest node, and lies about the answers as told.
final class TamperingProxy implements AutoCloseable {
  static final String SECRET = "/v2/s3cr3t-api-key";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final URI honest;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http = HttpClient.newHttpClient();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Lie lie = (request, response) -> {};
  private volatile Reply reply = Reply.PASS;
  private volatile String withheld = "";

  /// Changes one answer in place.
  @FunctionalInterface
  interface Lie {
    void tell(JsonNode request, ObjectNode response);
  }

  /// What the endpoint does as a whole.
  enum Reply {
    PASS,
    SILENCE,
    GARBAGE,
    FLOOD,
    CUT,
    LIMITED,
    UNAUTHORIZED,
    BROKEN
  }

  TamperingProxy(URI honest) {
    this.honest = honest;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), SECRET));
  }

  void lie(Lie lie) {
    this.lie = lie;
  }

  /// Lies about one method's result.
  void lieAbout(String method, java.util.function.UnaryOperator<JsonNode> change) {
    lie(
        (request, response) -> {
          if (request.path("method").asString().equals(method)) {
            response.set("result", change.apply(response.path("result")));
          }
        });
  }

  /// Answers one method with an error.
  void refuse(String method, int code, String message) {
    lie(
        (request, response) -> {
          if (request.path("method").asString().equals(method)) {
            response.remove("result");
            response.putObject("error").put("code", code).put("message", message);
          }
        });
  }

  /// Does not pass calls of `method` on.
  void withhold(String method) {
    withheld = method;
  }

  void reply(Reply reply) {
    this.reply = reply;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
    http.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request = JSON.readTree(exchange.getRequestBody().readAllBytes());
      switch (reply) {
        case PASS -> send(exchange, 200, JSON.writeValueAsBytes(answer(request)));
        case SILENCE -> closing.await();
        case GARBAGE ->
            send(
                exchange,
                200,
                "<html>welcome</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        case FLOOD -> send(exchange, 200, new byte[4 << 20]);
        case CUT -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write('{');
        }
        case LIMITED -> {
          exchange.getResponseHeaders().add("retry-after", "7");
          send(exchange, 429, new byte[0]);
        }
        case UNAUTHORIZED -> send(exchange, 401, new byte[0]);
        case BROKEN -> send(exchange, 502, new byte[0]);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private JsonNode answer(JsonNode request) throws IOException, InterruptedException {
    var forwarded =
        HttpRequest.newBuilder(honest)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(passed(request))))
            .build();
    var response =
        JSON.readTree(http.send(forwarded, HttpResponse.BodyHandlers.ofByteArray()).body());
    if (request.isArray()) {
      for (var each : response) {
        for (var call : request) {
          if (call.path("id").equals(each.path("id"))) {
            lie.tell(call, (ObjectNode) each);
          }
        }
      }
    } else {
      lie.tell(request, (ObjectNode) response);
    }
    return response;
  }

  private JsonNode passed(JsonNode request) {
    if (request.isObject() && request.path("method").asString().equals(withheld)) {
      var harmless = ((ObjectNode) request).deepCopy().put("method", "web3_clientVersion");
      harmless.putArray("params");
      return harmless;
    }
    return request;
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }
}
