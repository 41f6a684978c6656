// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.wherry.queue.Kind;
import io.wherry.relayer.NodeStatus;
import io.wherry.relayer.duty.Condition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The API over real HTTP, on a port that the system chooses.
@NullMarked
@Timeout(60)
final class ApiVerticleTest {
  private static final String UNKNOWN = "0x" + "ab".repeat(32);
  private final FakeNode node = new FakeNode();
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private Instant now = FakeNode.NOW;
  private final ApiVerticle api = new ApiVerticle(node, "127.0.0.1", 0, () -> now);

  ApiVerticleTest() {
    deploy(api);
  }

  private void deploy(ApiVerticle verticle) {
    vertx
        .deployVerticle(
            verticle, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
  }

  @AfterEach
  void close() {
    http.close();
    vertx.close().await();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d%s".formatted(api.actualPort(), path)))
        .timeout(Duration.ofSeconds(30));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  private static String error(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("application/json; charset=utf-8");
    return new JsonObject(response.body()).getString("error");
  }

  /// The document that `name` should be, word for word.
  private static String golden(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ApiVerticleTest.class.getResourceAsStream(name + ".json"), name + ".json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  /// Sends bytes that no well-behaved client sends, and reads until the server closes.
  private String raw(String bytes) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.actualPort())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
      var answer = new ByteArrayOutputStream();
      socket.getInputStream().transferTo(answer);
      return answer.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void showsHowTheNodeFares() throws Exception {
    var response = get("/v1/status");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(new JsonObject(response.body()).encodePrettily()).isEqualTo(golden("status"));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void showsAMessageInEachState(Kind kind) throws Exception {
    var response = get("/v1/messages/" + node.of(kind).id());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(response.body()).encodePrettily())
        .isEqualTo(golden(Documents.name(kind)));
  }

  @Test
  void showsWhatItTakesToDeliver() throws Exception {
    var response = get("/v1/messages/%s/attestation".formatted(node.of(Kind.ATTESTED).id()));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(response.body()).encodePrettily()).isEqualTo(golden("attestation"));
  }

  @Test
  void takesAnIdInCapitalLetters() throws Exception {
    var id = node.of(Kind.SETTLED).id().toString();

    var response = get("/v1/messages/0x" + id.substring(2).toUpperCase(java.util.Locale.ROOT));

    assertThat(new JsonObject(response.body()).getString("id")).isEqualTo(id);
  }

  @Test
  void listsMessages() throws Exception {
    var all = new JsonObject(get("/v1/messages").body()).getJsonArray("messages");

    assertThat(all).hasSize(Kind.values().length);
    assertThat(node.limits).containsExactly(50);
  }

  @Test
  void listsMessagesOfOneState() throws Exception {
    var response = get("/v1/messages?state=DeadLetter&limit=1000");

    var messages = new JsonObject(response.body()).getJsonArray("messages");
    assertThat(messages).hasSize(1);
    assertThat(messages.getJsonObject(0).getString("reason")).isEqualTo("REVERTS");
    assertThat(node.limits).containsExactly(1000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/messages?limit=0      | limit: expected a number from 1 to 1000, got '0'
          /v1/messages?limit=1001   | limit: expected a number from 1 to 1000, got '1001'
          /v1/messages?limit=-1     | limit: expected a number from 1 to 1000, got '-1'
          /v1/messages?limit=1e3    | limit: expected a number from 1 to 1000, got '1e3'
          /v1/messages?limit=       | limit: expected a number from 1 to 1000, got ''
          /v1/messages?limit=1&limit=2 | limit: expected it once
          /v1/messages?stat=Held    | stat: expected one of the parameters state, limit
          /v1/messages?state=held   | state: expected one of Observed, Final, Attested, Submitted, Included, Settled, Orphaned, Held, Waiting, DeadLetter, got 'held'
          /v1/messages/0x12         | message id: expected 0x and 64 hexadecimal digits, got '0x12'
          /v1/messages/0x12/attestation | message id: expected 0x and 64 hexadecimal digits, got '0x12'
          /v1/messages/%2e%2e%2fstatus | message id: expected 0x and 64 hexadecimal digits, got '../status'
          /v1/messages/%00          | message id: expected 0x and 64 hexadecimal digits, got '\u0000'
          """)
  void namesTheParameterItsValueAndWhatWasExpected(String path, String text) throws Exception {
    var response = get(path);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(error(response)).isEqualTo(text.replace("\\u0000", "\u0000"));
  }

  @Test
  void shortensAHostileValueInItsAnswer() throws Exception {
    var response = get("/v1/messages?state=" + "x".repeat(3_000));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).hasSizeLessThan(400).contains("x".repeat(80) + "…'");
  }

  @Test
  void saysWhichMessageItHasNotSeen() throws Exception {
    var message = get("/v1/messages/" + UNKNOWN);
    var attestation = get("/v1/messages/%s/attestation".formatted(UNKNOWN));
    var unattested = get("/v1/messages/%s/attestation".formatted(node.of(Kind.FINAL).id()));

    assertThat(message.statusCode()).isEqualTo(404);
    assertThat(error(message)).isEqualTo("this node has not seen message " + UNKNOWN);
    assertThat(attestation.statusCode()).isEqualTo(404);
    assertThat(unattested.statusCode()).isEqualTo(404);
    assertThat(error(unattested))
        .isEqualTo(
            "this node holds no attestation of message %s".formatted(node.of(Kind.FINAL).id()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v2/status",
        "/v1/messages/a/b",
        "/v1/status/../../etc/passwd",
        "/.."
      })
  void knowsNoOtherRoutes(String path) throws Exception {
    var response = get(path);

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(error(response)).isEqualTo("no such route; see GET /v1/status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
  void onlyReads(String method) throws Exception {
    var response =
        send(request("/v1/messages").method(method, HttpRequest.BodyPublishers.noBody()));

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(error(response)).isEqualTo("this API only reads: use GET");
  }

  @Test
  void takesNoBodies() throws Exception {
    var sized = send(request("/v1/status").POST(HttpRequest.BodyPublishers.ofString("x")));
    var chunked =
        raw(
            "GET /v1/status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");

    assertThat(sized.statusCode()).isEqualTo(413);
    assertThat(error(sized)).isEqualTo("this API takes no bodies: send none");
    assertThat(chunked).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void refusesAnOversizedQuery() throws Exception {
    assertThat(get("/v1/messages?state=" + "x".repeat(5_000)).statusCode()).isEqualTo(414);
  }

  @Test
  void refusesOversizedHeaders() throws Exception {
    assertThat(send(request("/v1/status").header("X-Large", "x".repeat(9_000))).statusCode())
        .isEqualTo(431);
  }

  @Test
  void refusesAMalformedQuery() throws Exception {
    var answer = raw("GET /v1/messages?state=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .contains("expected a well-formed path and query");
  }

  @Test
  void answersTooManyRequestsWithWhenToAskAgain() throws Exception {
    for (int i = 0; i < 400; i++) {
      assertThat(get("/v1/status").statusCode()).isEqualTo(200);
    }

    var refused = get("/v1/status");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(error(refused))
        .isEqualTo("at most 200 requests a second, 400 at once: ask again in a second");
    assertThat(get("/health/live").statusCode()).as("not an orchestrator's fault").isEqualTo(200);

    now = now.plusSeconds(1);
    assertThat(get("/v1/status").statusCode()).isEqualTo(200);
  }

  @Test
  void isReadyWhereEveryDutyDoesItsWork() throws Exception {
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    var unready = get("/health/ready");
    assertThat(unready.statusCode()).isEqualTo(503);
    assertThat(unready.body()).isEqualTo("{\"ready\":false}");

    node.duties = List.of(new NodeStatus.DutyStatus("attest", new Condition.Healthy(), ""));

    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").body()).isEqualTo("{\"ready\":true}");
  }

  @Test
  void tellsNothingOfABugButThatItIsLogged() throws Exception {
    node.broken = true;

    var response = get("/v1/messages/" + UNKNOWN);

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(error(response)).isEqualTo("the node failed to answer; its log says why");
  }

  @Test
  void failsToStartWhereThePortIsTaken() {
    var second = new ApiVerticle(node, "127.0.0.1", api.actualPort(), () -> now);

    assertThatThrownBy(() -> deploy(second))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("Address already in use");
  }
}
