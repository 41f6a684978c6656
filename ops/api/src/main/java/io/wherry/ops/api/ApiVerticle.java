// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.api;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.wherry.model.MessageId;
import io.wherry.queue.Kind;
import io.wherry.relayer.NodeView;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the API. Deploy it on a virtual thread: its handlers read the database. It reads only,
/// and takes no bodies.
///
/// | route | answer |
/// |---|---|
/// | `GET /v1/status` | how the node fares |
/// | `GET /v1/messages?state=S&limit=N` | messages, the newest first |
/// | `GET /v1/messages/ID` | one message, its reason, its timeline |
/// | `GET /v1/messages/ID/attestation` | what it takes to deliver it |
/// | `GET /health/live`, `GET /health/ready` | 200, or 503 where a duty does not do its work |
///
/// | limit | beyond it |
/// |---|---|
/// | no body | 413 |
/// | 4,096 characters of method, path and query | 414 |
/// | 8,192 bytes of headers | 431 |
/// | 200 requests a second, 400 at once; the same again for `/health` | 429, with `Retry-After` |
/// | 256 connections, each idle for at most 60 s | closed |
public final class ApiVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ApiVerticle.class);
  private static final int LIMIT_DEFAULT = 50;
  private static final int LIMIT_MAX = 1_000;
  private static final List<String> PARAMETERS = List.of("state", "limit");
  private static final int LINE_CHARS_MAX = 4_096;
  private static final int HEADER_BYTES_MAX = 8_192;
  private static final int REQUESTS_PER_SECOND_MAX = 200;
  private static final int REQUESTS_AT_ONCE_MAX = 400;
  private static final int CONNECTIONS_MAX = 256;
  private static final int IDLE_SECONDS_MAX = 60;

  private final NodeView node;
  private final String host;
  private final int port;
  private final RateLimit requests;
  private final RateLimit healthRequests;
  private final AtomicInteger connections = new AtomicInteger();
  private @Nullable HttpServer server;

  /// @param node what is told
  /// @param host where to listen
  /// @param port 1 to 65,535, or 0 for any
  /// @param clock what the request rate is measured by
  public ApiVerticle(NodeView node, String host, int port, InstantSource clock) {
    this.node = node;
    this.host = host;
    this.port = port;
    // apart, so that a flood of requests does not make an orchestrator end the node
    this.requests = new RateLimit(REQUESTS_PER_SECOND_MAX, REQUESTS_AT_ONCE_MAX, clock);
    this.healthRequests = new RateLimit(REQUESTS_PER_SECOND_MAX, REQUESTS_AT_ONCE_MAX, clock);
  }

  @Override
  public Future<?> start() {
    var router = Router.router(vertx);
    router.route().handler(this::admit);
    router.get("/v1/status").handler(this::status);
    router.get("/v1/messages").handler(this::list);
    router.get("/v1/messages/:id").handler(this::show);
    router.get("/v1/messages/:id/attestation").handler(this::attestation);
    router
        .get("/health/live")
        .handler(request -> answer(request, 200, new JsonObject().put("live", true)));
    router.get("/health/ready").handler(this::ready);
    router.errorHandler(404, request -> error(request, 404, "no such route; see GET /v1/status"));
    router.errorHandler(
        400, request -> error(request, 400, "expected a well-formed path and query"));
    router.errorHandler(405, request -> error(request, 405, "this API only reads: use GET"));
    router.errorHandler(
        500,
        request -> {
          LOG.error("GET {} failed", request.request().path(), request.failure());
          error(request, 500, "the node failed to answer; its log says why");
        });
    var options =
        new HttpServerOptions()
            .setHost(host)
            .setPort(port)
            .setMaxInitialLineLength(LINE_CHARS_MAX)
            .setMaxHeaderSize(HEADER_BYTES_MAX)
            .setIdleTimeout(IDLE_SECONDS_MAX)
            // HTTP/2 has limits of its own; one set is enough to keep
            .setHttp2ClearTextEnabled(false);
    return vertx
        .createHttpServer(options)
        .connectionHandler(this::bound)
        .requestHandler(router)
        .listen()
        .onSuccess(
            listening -> {
              server = listening;
              LOG.info("the API listens on http://{}:{}", host, listening.actualPort());
            });
  }

  /// Where it listens; the port that the system chose where 0 was asked for.
  public int actualPort() {
    return server == null ? port : server.actualPort();
  }

  private void bound(HttpConnection connection) {
    connection.closeHandler(_ -> connections.decrementAndGet());
    if (connections.incrementAndGet() > CONNECTIONS_MAX) {
      connection.close();
    }
  }

  /// What every request has to pass, whatever it asks for.
  private void admit(RoutingContext request) {
    var headers = request.request().headers();
    var length = Objects.requireNonNullElse(headers.get(HttpHeaders.CONTENT_LENGTH), "0");
    boolean health =
        Objects.requireNonNullElse(request.request().path(), "").startsWith("/health/");
    if (!(health ? healthRequests : requests).admits()) {
      request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      error(
          request,
          429,
          "at most %d requests a second, %d at once: ask again in a second"
              .formatted(REQUESTS_PER_SECOND_MAX, REQUESTS_AT_ONCE_MAX));
    } else if (!length.equals("0") || headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
      // what is not read cannot be followed by another request
      request.response().putHeader(HttpHeaders.CONNECTION, "close");
      request.addEndHandler(_ -> request.request().connection().close());
      error(request, 413, "this API takes no bodies: send none");
    } else {
      request.next();
    }
  }

  private void status(RoutingContext request) {
    answer(request, 200, Documents.status(node.status()));
  }

  private void ready(RoutingContext request) {
    boolean ready = node.status().ready();
    answer(request, ready ? 200 : 503, new JsonObject().put("ready", ready));
  }

  private void list(RoutingContext request) {
    if (!parametersAreKnown(request)) {
      return;
    }
    var state = request.queryParam("state").stream().findFirst();
    Optional<Kind> kind = Optional.empty();
    if (state.isPresent()) {
      kind = Documents.kind(state.get());
      if (kind.isEmpty()) {
        error(
            request,
            400,
            "state: expected one of %s, got '%s'"
                .formatted(Documents.kinds(), shortened(state.get())));
        return;
      }
    }
    int limit = LIMIT_DEFAULT;
    var asked = request.queryParam("limit").stream().findFirst();
    if (asked.isPresent()) {
      limit = asked.get().matches("[0-9]{1,4}") ? Integer.parseInt(asked.get()) : 0;
      if (limit < 1 || limit > LIMIT_MAX) {
        error(
            request,
            400,
            "limit: expected a number from 1 to %d, got '%s'"
                .formatted(LIMIT_MAX, shortened(asked.get())));
        return;
      }
    }
    answer(request, 200, Documents.list(node.deliveries(kind, limit)));
  }

  /// Whether every parameter is one of ours and stands once; answers where not, because a misspelt
  /// filter that is ignored shows what was not asked for.
  private static boolean parametersAreKnown(RoutingContext request) {
    for (var name : request.queryParams().names()) {
      if (!PARAMETERS.contains(name)) {
        error(
            request,
            400,
            "%s: expected one of the parameters %s"
                .formatted(shortened(name), String.join(", ", PARAMETERS)));
        return false;
      }
      if (request.queryParam(name).size() > 1) {
        error(request, 400, "%s: expected it once".formatted(name));
        return false;
      }
    }
    return true;
  }

  private void show(RoutingContext request) {
    var id = id(request);
    if (id.isEmpty()) {
      return;
    }
    node.delivery(id.get())
        .ifPresentOrElse(
            delivery -> answer(request, 200, Documents.message(delivery, node.timeline(id.get()))),
            () -> error(request, 404, "this node has not seen message " + id.get()));
  }

  private void attestation(RoutingContext request) {
    var id = id(request);
    if (id.isEmpty()) {
      return;
    }
    node.delivery(id.get())
        .flatMap(delivery -> delivery.attestation())
        .ifPresentOrElse(
            attestation -> answer(request, 200, Documents.attestation(id.get(), attestation)),
            () -> error(request, 404, "this node holds no attestation of message " + id.get()));
  }

  private static Optional<MessageId> id(RoutingContext request) {
    var text = Objects.requireNonNullElse(request.pathParam("id"), "").toLowerCase(Locale.ROOT);
    if (!text.matches("0x[0-9a-f]{64}")) {
      error(
          request,
          400,
          "message id: expected 0x and 64 hexadecimal digits, got '%s'".formatted(shortened(text)));
      return Optional.empty();
    }
    return Optional.of(MessageId.fromHex(text));
  }

  private static String shortened(String text) {
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }

  private static void error(RoutingContext request, int code, String text) {
    answer(request, code, new JsonObject().put("error", text));
  }

  private static void answer(RoutingContext request, int code, JsonObject body) {
    request
        .response()
        .setStatusCode(code)
        .putHeader("Content-Type", "application/json; charset=utf-8")
        .putHeader("Cache-Control", "no-store")
        .end(body.encode());
  }
}
