// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.reactivex.Flowable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.ObjectMapperFactory;
import org.web3j.protocol.Web3jService;
import org.web3j.protocol.core.BatchRequest;
import org.web3j.protocol.core.BatchResponse;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.websocket.events.Notification;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// JSON-RPC over Vert.x, in web3j's terms. Calls block the calling thread, which must be a virtual
/// or worker thread; the exchange itself runs on an event loop of its own, so that a verticle that
/// waits here cannot hold up the answer it waits for. Every exchange is bounded in time and bytes.
/// Notifications are not offered: the chain is polled.
public final class VertxWeb3jService implements Web3jService {
  private static final ObjectMapper JSON = ObjectMapperFactory.getObjectMapper();
  private static final int CONNECTIONS_MAX = 8;

  private final RpcEndpoint endpoint;
  private final long timeoutMillis;
  private final int responseBytesMax;
  private final Vertx vertx;
  private final Loop loop;
  private final AtomicBoolean closed = new AtomicBoolean();

  private VertxWeb3jService(
      RpcEndpoint endpoint, long timeoutMillis, int responseBytesMax, Vertx vertx, Loop loop) {
    this.endpoint = endpoint;
    this.timeoutMillis = timeoutMillis;
    this.responseBytesMax = responseBytesMax;
    this.vertx = vertx;
    this.loop = loop;
  }

  /// A client of one endpoint. Connects with the first call. Blocks for a moment: not for event
  /// loops.
  ///
  /// @param endpoint `http` or `https`
  /// @param timeoutMillis for one exchange
  /// @param responseBytesMax the largest answer that is read
  public static VertxWeb3jService open(
      Vertx vertx, URI endpoint, long timeoutMillis, int responseBytesMax) {
    refuseEventLoop();
    var loop = new Loop(timeoutMillis);
    // from a thread of no verticle: one that blocks while it opens this would hold the deployment
    // up
    Thread.startVirtualThread(
        () -> {
          var _ = vertx.deployVerticle(loop).onFailure(loop.started::completeExceptionally);
        });
    return new VertxWeb3jService(
        new RpcEndpoint(endpoint), timeoutMillis, responseBytesMax, vertx, loop);
  }

  RpcEndpoint endpoint() {
    return endpoint;
  }

  @Override
  @SuppressWarnings("rawtypes") // web3j's own signatures
  public <T extends Response> T send(Request request, Class<T> responseType) throws IOException {
    var body = write(request);
    try {
      return answerOf(request, JSON.readTree(post(body)), responseType);
    } catch (JacksonException malformed) {
      throw new IOException("expected a JSON-RPC answer, got other JSON or none", malformed);
    }
  }

  @Override
  @SuppressWarnings("rawtypes") // web3j's own signatures
  public <T extends Response> CompletableFuture<T> sendAsync(
      Request request, Class<T> responseType) {
    var answer = new CompletableFuture<T>();
    Thread.startVirtualThread(
        () -> {
          try {
            answer.complete(send(request, responseType));
          } catch (IOException | RuntimeException failure) {
            answer.completeExceptionally(failure);
          }
        });
    return answer;
  }

  @Override
  public BatchResponse sendBatch(BatchRequest batch) throws IOException {
    var requests = batch.getRequests();
    try {
      var root = JSON.readTree(post(write(requests)));
      if (!root.isArray() || root.size() != requests.size()) {
        throw new IOException(
            "expected a batch of %d answers, got %s"
                .formatted(
                    requests.size(), root.isArray() ? root.size() + " answers" : "one object"));
      }
      var byId = new HashMap<Long, JsonNode>();
      for (var node : root) {
        byId.put(node.path("id").asLong(-1), node);
      }
      var responses = new ArrayList<Response<?>>();
      for (var request : requests) {
        var node = byId.get(request.getId());
        if (node == null) {
          throw new IOException("expected an answer to each call of the batch, one is missing");
        }
        responses.add(answerOf(request, node, request.getResponseType()));
      }
      return new BatchResponse(requests, responses);
    } catch (JacksonException malformed) {
      throw new IOException("expected a JSON-RPC answer, got other JSON or none", malformed);
    }
  }

  @Override
  public CompletableFuture<BatchResponse> sendBatchAsync(BatchRequest batch) {
    var answer = new CompletableFuture<BatchResponse>();
    Thread.startVirtualThread(
        () -> {
          try {
            answer.complete(sendBatch(batch));
          } catch (IOException | RuntimeException failure) {
            answer.completeExceptionally(failure);
          }
        });
    return answer;
  }

  /// Not offered.
  ///
  /// @throws UnsupportedOperationException always
  @Override
  @SuppressWarnings("rawtypes") // web3j's own signatures
  public <T extends Notification<?>> Flowable<T> subscribe(
      Request request, String unsubscribeMethod, Class<T> responseType) {
    throw new UnsupportedOperationException("no subscriptions over HTTP: poll");
  }

  /// Closes all connections, and waits for that unless on an event loop. A second call does
  /// nothing.
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    // Until Vert.x itself has forgotten the deployment: a Vert.x that closes meanwhile would take
    // it down a second time, and complain. On a thread of its own, because Vert.x answers on the
    // caller's context, which may be the one that waits here.
    var gone =
        loop.started
            .thenComposeAsync(
                context -> undeploy(context.deploymentID()), Thread::startVirtualThread)
            .exceptionally(failure -> false);
    if (!Context.isOnEventLoopThread()) {
      var _ = gone.completeOnTimeout(false, timeoutMillis, TimeUnit.MILLISECONDS).join();
    }
  }

  private CompletionStage<Boolean> undeploy(String id) {
    return vertx.deploymentIDs().contains(id)
        ? vertx.undeploy(id).map(true).toCompletionStage()
        : CompletableFuture.completedStage(true);
  }

  /// Waits without keeping a carrier thread. For callers that poll.
  void pause(long millis) throws IOException {
    var over = new CompletableFuture<Boolean>();
    context().runOnContext(start -> vertx.setTimer(millis, timer -> over.complete(true)));
    await(over, millis + timeoutMillis);
  }

  private byte[] post(byte[] body) throws IOException {
    refuseEventLoop();
    var exchange = new Exchange(responseBytesMax);
    context().runOnContext(start -> exchange.run(loop.client(), endpoint, body));
    try {
      return await(exchange.answer, timeoutMillis);
    } finally {
      if (!exchange.answer.isDone()) {
        context().runOnContext(late -> exchange.abort());
      }
    }
  }

  private Context context() throws IOException {
    return await(loop.started, timeoutMillis);
  }

  private <T> T await(CompletableFuture<T> future, long millis) throws IOException {
    try {
      return future.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new IOException("no answer within %d ms".formatted(timeoutMillis), late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an answer");
    } catch (ExecutionException failed) {
      var cause = failed.getCause() == null ? failed : failed.getCause();
      if (cause instanceof HttpRefusal refusal) {
        throw refusal;
      }
      throw new IOException(
          "%s: %s"
              .formatted(
                  cause.getClass().getSimpleName(),
                  cause.getMessage() == null ? "no detail" : endpoint.shown(cause.getMessage())),
          cause);
    }
  }

  private static <T extends Response<?>> T answerOf(
      Request<?, ?> request, JsonNode node, Class<T> type) throws IOException {
    if (!node.isObject() || !node.has("result") && !node.hasNonNull("error")) {
      throw new IOException("expected a JSON-RPC answer with a result or an error");
    }
    if (node.path("id").asLong(-1) != request.getId()) {
      throw new IOException("expected the answer to our call, got another one's");
    }
    return JSON.treeToValue(node, type);
  }

  private static byte[] write(Object request) {
    return JSON.writeValueAsBytes(request);
  }

  private static void refuseEventLoop() {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException(
          "a blocking call to a chain on an event loop: use a virtual or worker thread");
    }
  }

  /// The endpoint answered, but not with 200.
  static final class HttpRefusal extends IOException {
    private static final long serialVersionUID = 1;
    private final int status;

    HttpRefusal(int status, @Nullable String retryAfter) {
      super("HTTP " + status + (retryAfter == null ? "" : ", retry after " + retryAfter));
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  /// The event loop that all exchanges run on, and the client that closes with it.
  private static final class Loop extends VerticleBase {
    private final CompletableFuture<Context> started = new CompletableFuture<>();
    private final int connectMillis;
    private @Nullable HttpClientAgent client;

    Loop(long timeoutMillis) {
      connectMillis = Math.toIntExact(timeoutMillis);
    }

    @Override
    public Future<?> start() {
      client =
          vertx.createHttpClient(
              new HttpClientOptions().setConnectTimeout(connectMillis),
              new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX));
      started.complete(context);
      return Future.succeededFuture();
    }

    HttpClientAgent client() {
      if (client == null) {
        throw new IllegalStateException("used before its start");
      }
      return client;
    }
  }

  /// One request and its answer. Everything but `answer` is touched on the event loop only.
  private static final class Exchange {
    private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
    private final Buffer received = Buffer.buffer();
    private final int bytesMax;
    private @Nullable HttpClientRequest request;

    Exchange(int bytesMax) {
      this.bytesMax = bytesMax;
    }

    void run(HttpClientAgent client, RpcEndpoint endpoint, byte[] body) {
      client
          .request(endpoint.post())
          .compose(
              opened -> {
                request = opened;
                return opened.send(Buffer.buffer(body));
              })
          .onSuccess(this::read)
          .onFailure(answer::completeExceptionally);
    }

    void abort() {
      answer.cancel(false);
      if (request != null) {
        var _ = request.reset();
      }
    }

    private void read(HttpClientResponse response) {
      response.exceptionHandler(answer::completeExceptionally);
      if (response.statusCode() != 200) {
        answer.completeExceptionally(
            new HttpRefusal(response.statusCode(), response.getHeader("retry-after")));
        abort();
        return;
      }
      response.handler(
          chunk -> {
            if (received.length() + chunk.length() > bytesMax) {
              answer.completeExceptionally(
                  new IOException("expected an answer of at most %d bytes".formatted(bytesMax)));
              abort();
            } else {
              received.appendBuffer(chunk);
            }
          });
      response.endHandler(end -> answer.complete(received.getBytes()));
    }
  }
}
