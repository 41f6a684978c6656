// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.chain.ChainException;
import io.wherry.chain.ChainHarness.Sent;
import io.wherry.chain.ChainWriter.Inclusion;
import io.wherry.chain.ChainWriter.Preparation;
import io.wherry.chain.ChainWriter.Submission;
import io.wherry.chain.ChainWriter.Transaction;
import io.wherry.chain.FinalityPolicy;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Scan;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.KeyEpoch;
import io.wherry.model.Message;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// What the adapter believes of an endpoint that lies, lags or fails: a real anvil behind a proxy.
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LyingEndpointTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int RESPONSE_BYTES_MAX = 2 << 20;

  private AnvilHarness chain;
  private TamperingProxy proxy;
  private EvmAdapter adapter;
  private Checkpoint cursor;
  private Sent sent;
  private long nextIncoming = 1;

  @BeforeAll
  void start() throws ChainException {
    chain = new AnvilHarness();
  }

  @AfterAll
  void stop() {
    if (chain != null) {
      chain.close();
    }
  }

  @BeforeEach
  void openThroughProxy() throws ChainException {
    proxy = new TamperingProxy(chain.node.uri());
    adapter = EvmAdapter.open(settings(), chain.vertx);
    cursor = adapter.reader().start(chain.head() + 1);
    chain.mine(2);
    sent = chain.send(Bytes.fromHex("0xabcdef"));
    chain.mine(2);
  }

  @AfterEach
  void closeProxy() {
    adapter.close();
    proxy.close();
  }

  private EvmSettings settings() {
    var usual = chain.settings(proxy.uri());
    return new EvmSettings(
        usual.chain(),
        usual.endpoints(),
        usual.gateway(),
        usual.walletKey(),
        1000,
        RESPONSE_BYTES_MAX,
        20,
        usual.payloadBytesMax(),
        usual.logsMax(),
        usual.forkDepthMax(),
        usual.maxFeePerGasWei(),
        usual.gasLimitFactor());
  }

  // ----------------------------------------------------------------- lies

  @Test
  void findsALogThatTheRangeLeftOutByTheBlocksFilter() throws ChainException {
    proxy.lie(
        (request, response) -> {
          if (request.path("method").asString().equals("eth_getLogs")
              && request.path("params").path(0).has("fromBlock")) {
            response.set("result", JSON.createArrayNode());
          }
        });

    assertThat(((Scan.Found) adapter.reader().scan(cursor, 100)).sent())
        .extracting(Observation::message)
        .containsExactly(sent.message());
  }

  @ParameterizedTest
  @CsvSource({
    "blockHash, 0x1111111111111111111111111111111111111111111111111111111111111111",
    "blockNumber, 0x1",
    "address, 0x1111111111111111111111111111111111111111",
    "transactionHash, 0x1111111111111111111111111111111111111111111111111111111111111111",
    "logIndex, 0x5",
    "logIndex, 5",
    "logIndex, -0x5",
    "data, 0x",
    "data, 0xf",
  })
  void refusesALogWithAForgedField(String field, String value) {
    proxy.lieAbout("eth_getLogs", inFirst(log -> log.put(field, value)));

    assertRefused();
  }

  @Test
  void refusesALogWithAnotherPayloadThanItsReceipt() {
    proxy.lieAbout(
        "eth_getLogs",
        inFirst(log -> log.put("data", log.path("data").asString().replace("abcdef", "abcdee"))));

    assertRefused();
  }

  @Test
  void refusesALogWithAnotherTopic() {
    proxy.lieAbout(
        "eth_getLogs",
        inFirst(
            log ->
                ((ArrayNode) log.path("topics"))
                    .set(0, StringNode.valueOf("0x" + "11".repeat(32)))));

    assertRefused();
  }

  @Test
  void refusesARemovedLog() {
    proxy.lieAbout("eth_getLogs", inFirst(log -> log.put("removed", true)));

    assertRefused();
  }

  @Test
  void refusesALogTwice() {
    proxy.lieAbout(
        "eth_getLogs",
        logs -> {
          ((ArrayNode) logs).add(logs.path(0).deepCopy());
          return logs;
        });

    assertRefused();
  }

  @Test
  void refusesALogWithoutReceipt() {
    proxy.lieAbout("eth_getTransactionReceipt", receipt -> JSON.nullNode());

    assertRefused();
  }

  @Test
  void refusesALogOfAFailedTransaction() {
    proxy.lieAbout(
        "eth_getTransactionReceipt", receipt -> ((ObjectNode) receipt).put("status", "0x0"));

    assertRefused();
  }

  @Test
  void refusesAReceiptWithoutTheLog() {
    proxy.lieAbout(
        "eth_getTransactionReceipt",
        receipt -> ((ObjectNode) receipt).set("logs", JSON.createArrayNode()));

    assertRefused();
  }

  @Test
  void refusesBlocksThatDoNotLink() {
    proxy.lie(
        (request, response) -> {
          if (isBlock(request, cursor.height() + 2)) {
            ((ObjectNode) response.path("result")).put("parentHash", "0x" + "22".repeat(32));
          }
        });

    assertRefused();
  }

  @Test
  void refusesABlockOfAnotherNumber() {
    proxy.lie(
        (request, response) -> {
          if (isBlock(request, cursor.height() + 2)) {
            ((ObjectNode) response.path("result")).put("number", "0x1");
          }
        });

    assertRefused();
  }

  @Test
  void refusesALookDuringWhichTheChainWasRewritten() throws ChainException {
    long last = chain.head();
    var times = new AtomicInteger();
    proxy.lie(
        (request, response) -> {
          if (isBlock(request, last) && times.incrementAndGet() == 2) {
            ((ObjectNode) response.path("result")).put("hash", "0x" + "33".repeat(32));
          }
        });

    assertRefused();
  }

  @Test
  void isIdleWhereTheEndpointFellBehind() throws ChainException {
    proxy.lieAbout("eth_blockNumber", head -> StringNode.valueOf("0x1"));

    assertThat(adapter.reader().scan(cursor, 100)).isEqualTo(new Scan.Idle(1));
  }

  @Test
  void cannotTellFinalityWhereTheTagIsUnknown() throws ChainException {
    proxy.refuse("eth_blockNumber", -32000, "nope");
    assertThatThrownBy(
            () -> adapter.reader().finality(sent.block(), new FinalityPolicy.Finalized()))
        .isInstanceOf(ChainException.Transient.class);

    proxy.lie(
        (request, response) -> {
          if (request.path("params").path(0).asString("").equals("finalized")) {
            response.remove("result");
            response.putObject("error").put("code", -39001).put("message", "unknown block");
          }
        });
    assertThat(adapter.reader().finality(sent.block(), new FinalityPolicy.Finalized()))
        .isInstanceOf(FinalityVerdict.Unknown.class);
  }

  // --------------------------------------------------------------- limits

  @Test
  void looksAtFewerBlocksWhereTheEndpointLimitsRanges() throws ChainException {
    proxy.lie(
        (request, response) -> {
          var filter = request.path("params").path(0);
          if (request.path("method").asString().equals("eth_getLogs")
              && number(filter.path("toBlock")) > number(filter.path("fromBlock"))) {
            response.remove("result");
            response.putObject("error").put("code", -32005).put("message", "range too wide");
          }
        });

    var at = cursor;
    for (long height = cursor.height() + 1; height <= chain.head(); height++) {
      var found = (Scan.Found) adapter.reader().scan(at, 100);
      assertThat(found.next()).isEqualTo(chain.block(height));
      assertThat(found.sent()).hasSize(height == sent.block().height() ? 1 : 0);
      at = found.next();
    }
  }

  @Test
  void needsNoBatches() throws ChainException {
    try (var alone = EvmAdapter.open(settings().withBatchCallsMax(1), chain.vertx)) {
      var refused = new AtomicInteger();
      proxy.lie(
          (request, response) -> {
            if (request.isArray()) {
              refused.incrementAndGet();
            }
          });
      assertThat(((Scan.Found) alone.reader().scan(cursor, 100)).sent()).hasSize(1);
      assertThat(refused).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TamperingProxy.Reply.class,
      names = {"PASS", "UNAUTHORIZED"},
      mode = EnumSource.Mode.EXCLUDE)
  void failsForNowAndKeepsTheEndpointsSecret(TamperingProxy.Reply reply) {
    proxy.reply(reply);

    assertThatThrownBy(() -> adapter.reader().scan(cursor, 100))
        .isInstanceOf(ChainException.Transient.class)
        .hasMessageContaining("http://127.0.0.1:%d ".formatted(proxy.uri().getPort()))
        .hasMessageNotContaining("s3cr3t")
        .satisfies(failure -> assertThat(stackTrace(failure)).doesNotContain("s3cr3t"));
    proxy.reply(TamperingProxy.Reply.PASS);
    assertThat(sentUpToTheHead()).isEqualTo(1);
  }

  @Test
  void failsForGoodWhereTheKeyIsRefused() {
    proxy.reply(TamperingProxy.Reply.UNAUTHORIZED);

    assertThatThrownBy(() -> adapter.reader().scan(cursor, 100))
        .isInstanceOf(ChainException.Permanent.class)
        .hasMessageContaining("401");
  }

  @Test
  void failsForGoodWhereAMethodIsMissing() {
    proxy.refuse("eth_getTransactionReceipt", -32601, "method not found at /v2/s3cr3t-api-key");

    assertThatThrownBy(() -> adapter.reader().scan(cursor, 100))
        .isInstanceOf(ChainException.Permanent.class)
        .hasMessageContaining("eth_getTransactionReceipt")
        .hasMessageNotContaining("s3cr3t");
  }

  // -------------------------------------------------------------- writing

  @ParameterizedTest
  @ValueSource(
      strings = {"already known", "ALREADY_EXISTS: already known", "transaction already imported"})
  void takesAKnownTransactionForAccepted(String message) throws ChainException {
    var transaction = prepared();
    proxy.withhold("eth_sendRawTransaction");
    proxy.refuse("eth_sendRawTransaction", -32000, message);

    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
  }

  @Test
  void narrowsARangeThatIsTooMuchForTheEndpoint() throws ChainException {
    chain.mine(20);
    proxy.lie(
        (request, response) -> {
          var range = request.path("params").path(0);
          if (request.path("method").asString().equals("eth_getLogs")
              && height(range.path("toBlock")) - height(range.path("fromBlock")) >= 4) {
            response.remove("result");
          }
        });
    for (int width = 20; width > 4; width /= 2) {
      assertThatThrownBy(() -> adapter.reader().scan(cursor, 100))
          .isInstanceOf(ChainException.Transient.class);
    }
    assertThat(adapter.reader().scan(cursor, 100)).isInstanceOf(Scan.Found.class);
  }

  private static long height(JsonNode hex) {
    return Long.decode(hex.asString("0x0"));
  }

  @Test
  void leavesItToTheChainWhoUsedANonce() throws ChainException {
    var transaction = prepared();
    proxy.withhold("eth_sendRawTransaction");
    proxy.refuse("eth_sendRawTransaction", -32000, "nonce too low: next nonce 5, tx nonce 4");

    assertThat(adapter.writer().submit(transaction)).isInstanceOf(Submission.NonceUsed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replacement transaction underpriced",
        "oversized data: transaction size 140000, limit 131072",
        "intrinsic gas too low",
      })
  void rejectsWhatTheChainWillNotTake(String message) throws ChainException {
    var transaction = prepared();
    proxy.withhold("eth_sendRawTransaction");
    proxy.refuse("eth_sendRawTransaction", -32000, message);

    assertThat(adapter.writer().submit(transaction))
        .isInstanceOfSatisfying(
            Submission.Rejected.class, rejected -> assertThat(rejected.reason()).contains(message));
  }

  @ParameterizedTest
  @ValueSource(strings = {"insufficient funds for gas * price + value", "txpool is full", "oops"})
  void triesLaterWhatTheChainMayStillTake(String message) throws ChainException {
    var transaction = prepared();
    proxy.withhold("eth_sendRawTransaction");
    proxy.refuse("eth_sendRawTransaction", -32000, message);

    assertThatThrownBy(() -> adapter.writer().submit(transaction))
        .isInstanceOf(ChainException.Transient.class)
        .hasMessageContaining(message);
  }

  @Test
  void acceptsWhatTheNodeHoldsThoughItsAnswerWasAnError() throws ChainException {
    var transaction = prepared();
    // the proxy passes the bytes on, and only then tells the lie
    proxy.refuse("eth_sendRawTransaction", -32000, "internal error");

    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
  }

  @Test
  void waitsWhereTheFeeIsAboveTheCeiling() throws ChainException {
    var message = incoming();
    try (var thrifty =
        EvmAdapter.open(settings().withMaxFeePerGasWei(BigInteger.ONE), chain.vertx)) {
      assertThat(thrifty.writer().prepare(List.of(message), attest(message)))
          .isInstanceOfSatisfying(
              Preparation.Refused.class,
              refused -> assertThat(refused.reason()).contains("above the ceiling of 1"));
    }
  }

  @Test
  void waitsWhereTheWalletIsEmpty() throws ChainException {
    var message = incoming();
    proxy.lieAbout("eth_getBalance", balance -> StringNode.valueOf("0x1"));

    assertThat(adapter.writer().prepare(List.of(message), attest(message)))
        .isInstanceOfSatisfying(
            Preparation.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains(adapter.writer().wallet().account().toHex())
                    .contains("holds 0.000000000000000001, needs 0.0"));
  }

  @Test
  void preparesWhereNoTipIsAdvised() throws ChainException {
    proxy.refuse("eth_maxPriorityFeePerGas", -32601, "method not found");

    var transaction = prepared();

    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
    chain.mine(1);
    assertThat(adapter.writer().inclusion(transaction)).isInstanceOf(Inclusion.Included.class);
  }

  @Test
  void doesNotMistakeAFailingEndpointForARevert() {
    var message = incoming();
    proxy.refuse("eth_estimateGas", -32005, "limit exceeded");

    assertThatThrownBy(() -> adapter.writer().prepare(List.of(message), attest(message)))
        .isInstanceOf(ChainException.Transient.class);
  }

  // ------------------------------------------------------------ the tools

  private Transaction prepared() throws ChainException {
    var message = incoming();
    var preparation = adapter.writer().prepare(List.of(message), attest(message));
    return ((Preparation.Ready) preparation).transaction();
  }

  private Message incoming() {
    var there = ChainId.eip155(424_243);
    var account = Bytes.fromHex("0x00000000000000000000000000000000000000bb");
    return new Message(
        Slot.ofSequence(Address.eip155(there, account), nextIncoming++),
        Address.eip155(there, account),
        chain.accepting(),
        Bytes.EMPTY,
        List.of());
  }

  private io.wherry.model.Attestation attest(Message message) {
    return chain.attest(
        new Batch(adapter.gateway(), new KeyEpoch(1), List.of(MessageFormat.id(message))));
  }

  private void assertRefused() {
    assertThatThrownBy(() -> adapter.reader().scan(cursor, 100))
        .isInstanceOf(ChainException.Transient.class);
    proxy.lie((request, response) -> {});
    assertThat(sentUpToTheHead()).isEqualTo(1);
  }

  /// How many messages an honest look finds; after a failure it takes several, for each is
  /// narrower.
  private int sentUpToTheHead() {
    int sent = 0;
    var at = cursor;
    try {
      while (adapter.reader().scan(at, 100) instanceof Scan.Found found) {
        sent += found.sent().size();
        at = found.next();
      }
    } catch (ChainException failed) {
      throw new AssertionError(failed);
    }
    return sent;
  }

  private static UnaryOperator<JsonNode> inFirst(Consumer<ObjectNode> change) {
    return logs -> {
      if (!logs.isEmpty()) {
        change.accept((ObjectNode) logs.path(0));
      }
      return logs;
    };
  }

  private static boolean isBlock(JsonNode request, long number) {
    return request.path("method").asString().equals("eth_getBlockByNumber")
        && request.path("params").path(0).asString().equals("0x" + Long.toHexString(number));
  }

  private static long number(JsonNode quantity) {
    return quantity.isMissingNode() ? 0 : Long.parseLong(quantity.asString().substring(2), 16);
  }

  private static String stackTrace(Throwable failure) {
    var text = new java.io.StringWriter();
    failure.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }
}
