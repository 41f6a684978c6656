// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.api;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.wherry.model.MessageId;
import io.wherry.queue.Kind;
import io.wherry.relayer.NodeView;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
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
public final class ApiVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ApiVerticle.class);
  private static final int LIMIT_DEFAULT = 50;
  private static final int LIMIT_MAX = 1_000;

  private final NodeView node;
  private final String host;
  private final int port;
  private @Nullable HttpServer server;

  /// @param node what is told
  /// @param host where to listen
  /// @param port 1 to 65,535, or 0 for any
  public ApiVerticle(NodeView node, String host, int port) {
    this.node = node;
    this.host = host;
    this.port = port;
  }

  @Override
  public Future<?> start() {
    var router = Router.router(vertx);
    router.get("/v1/status").handler(this::status);
    router.get("/v1/messages").handler(this::list);
    router.get("/v1/messages/:id").handler(this::show);
    router.get("/v1/messages/:id/attestation").handler(this::attestation);
    router
        .get("/health/live")
        .handler(request -> answer(request, 200, new JsonObject().put("live", true)));
    router.get("/health/ready").handler(this::ready);
    router.errorHandler(404, request -> error(request, 404, "no such route; see GET /v1/status"));
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
            .setMaxInitialLineLength(4096)
            .setMaxHeaderSize(8192)
            .setIdleTimeout(60);
    return vertx
        .createHttpServer(options)
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

  private void status(RoutingContext request) {
    answer(request, 200, Documents.status(node.status()));
  }

  private void ready(RoutingContext request) {
    boolean ready = node.status().ready();
    answer(request, ready ? 200 : 503, new JsonObject().put("ready", ready));
  }

  private void list(RoutingContext request) {
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
