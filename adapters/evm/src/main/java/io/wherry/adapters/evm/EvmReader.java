// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.chain.ChainReader;
import io.wherry.chain.FinalityPolicy;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Receipt;
import io.wherry.chain.Scan;
import io.wherry.chain.Verdict;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Message;
import io.wherry.model.Observation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a gateway's logs by ranges of blocks that link to each other. No log is believed before
/// its block, its receipt and the block's filter agree with it.
final class EvmReader implements ChainReader {
  private static final int SPAN_MAX = 10_000;
  private static final Rpc.Call HEAD = Rpc.Call.of("eth_blockNumber");
  private static final List<Hash32> TOPICS =
      List.of(GatewayAbi.MESSAGE_SENT, GatewayAbi.MESSAGE_DELIVERED, GatewayAbi.MESSAGE_FAILED);

  private final Rpc rpc;
  private final Address gateway;
  private final EvmSettings settings;
  private final HeaderRing ring;
  private int span;

  EvmReader(Rpc rpc, Address gateway, EvmSettings settings) {
    this.rpc = rpc;
    this.gateway = gateway;
    this.settings = settings;
    ring = new HeaderRing(settings.forkDepthMax() + 1);
    span = SPAN_MAX;
  }

  @Override
  public Checkpoint start(long height) throws ChainException {
    if (height < 0) {
      throw new IllegalArgumentException("expected a height of at least 0, got " + height);
    }
    // a genesis block holds no transactions, so nothing is missed by starting on it
    long below = Math.max(0, height - 1);
    var look = rpc.results(List.of(HEAD, BlockHeader.byNumber(below)));
    long head = look.get(0).quantity();
    if (below > head) {
      // it may be syncing
      throw new ChainException.Transient(
          "%s: expected to start at or below the chain's head %d, got %d"
              .formatted(rpc.endpoint(), head, height));
    }
    return BlockHeader.parse(look.get(1), below).at();
  }

  @Override
  public Scan scan(Checkpoint cursor, int blocksMax) throws ChainException {
    if (blocksMax < 1) {
      throw new IllegalArgumentException("expected blocksMax of at least 1, got " + blocksMax);
    }
    var look = rpc.results(List.of(HEAD, BlockHeader.byNumber(cursor.height())));
    long head = look.get(0).quantity();
    if (head < cursor.height()) {
      return new Scan.Idle(head);
    }
    var canonical = BlockHeader.parse(look.get(1), cursor.height());
    if (!canonical.at().equals(cursor)) {
      return new Scan.Reorganised(ancestor(cursor), head);
    }
    if (!ring.holds(cursor)) {
      backfill(canonical);
    }
    if (head == cursor.height()) {
      return new Scan.Idle(head);
    }
    return read(cursor, Math.min(head, cursor.height() + Math.min(blocksMax, span)), head);
  }

  @Override
  public FinalityVerdict finality(Checkpoint block, FinalityPolicy policy) throws ChainException {
    var rule =
        switch (policy) {
          case FinalityPolicy.Confirmations depth -> "latest";
          case FinalityPolicy.Safe safe -> "safe";
          case FinalityPolicy.Finalized finalized -> "finalized";
        };
    var look =
        rpc.batch(List.of(HEAD, BlockHeader.byTag(rule), BlockHeader.byNumber(block.height())));
    long head = rpc.result(look.get(0)).quantity();
    var at = BlockHeader.parse(rpc.result(look.get(2)));
    if (at.isEmpty()) {
      return new FinalityVerdict.Unknown(
          "%s is at block %d, and has no block %d".formatted(rpc.endpoint(), head, block.height()));
    }
    if (!at.get().at().equals(block)) {
      return new FinalityVerdict.Orphaned();
    }
    if (look.get(1) instanceof Rpc.Answer.Refused refused) {
      return new FinalityVerdict.Unknown(refused.text());
    }
    var tagged = BlockHeader.parse(rpc.result(look.get(1)));
    if (tagged.isEmpty()) {
      return new FinalityVerdict.Unknown(
          "%s has no '%s' block yet".formatted(rpc.endpoint(), rule));
    }
    long mark = tagged.get().at().height();
    return switch (policy) {
      case FinalityPolicy.Confirmations(int depth) -> {
        long missing = depth - (mark - block.height());
        yield missing <= 0
            ? new FinalityVerdict.Final(
                "%d blocks at height %d".formatted(mark - block.height(), mark))
            : new FinalityVerdict.Pending(missing);
      }
      case FinalityPolicy.Safe safe -> byTag(rule, mark, block);
      case FinalityPolicy.Finalized finalized -> byTag(rule, mark, block);
    };
  }

  @Override
  public Verdict delivered(Message message) throws ChainException {
    if (!message.recipient().chain().equals(gateway.chain())) {
      throw new ChainException.Permanent(
          "expected a message to %s, got one to %s"
              .formatted(gateway.chain(), message.recipient().chain()));
    }
    var look =
        rpc.results(
            List.of(
                HEAD,
                call(GatewayAbi.delivered(message.slot())),
                call(GatewayAbi.failed(MessageFormat.id(message)))));
    if (GatewayAbi.flag(look.get(1))) {
      return new Verdict.Yes();
    }
    long head = look.get(0).quantity();
    return GatewayAbi.flag(look.get(2))
        ? new Verdict.No("its recipient refused it, as of block " + head)
        : new Verdict.No("not delivered as of block " + head);
  }

  private static FinalityVerdict byTag(String rule, long mark, Checkpoint block) {
    return mark >= block.height()
        ? new FinalityVerdict.Final("%s tag at %d".formatted(rule, mark))
        : new FinalityVerdict.Pending(block.height() - mark);
  }

  private Rpc.Call call(Bytes data) {
    return Rpc.Call.of(
        "eth_call", Map.of("to", gateway.account().toHex(), "data", data.toHex()), "latest");
  }

  // ------------------------------------------------------------------ logs

  /// Reads a range, and learns from it how wide the next one may be: half as wide after a failure
  /// (an answer too large or too slow fails as a dead endpoint does), an eighth wider after a
  /// success, so that it does not run into the same failure every other time.
  private Scan read(Checkpoint cursor, long to, long head) throws ChainException {
    int width = Math.toIntExact(to - cursor.height());
    try {
      var scan = readAll(cursor, to, head);
      span = Math.clamp(width + width / 8 + 1, span, SPAN_MAX);
      return scan;
    } catch (ChainException.Transient failed) {
      span = Math.max(1, width / 2);
      throw failed;
    }
  }

  /// Reads the blocks behind `cursor` up to `to`; fewer where the endpoint finds that too much.
  private Scan readAll(Checkpoint cursor, long to, long head) throws ChainException {
    var calls = new ArrayList<Rpc.Call>();
    for (long number = cursor.height() + 1; number <= to; number++) {
      calls.add(BlockHeader.byNumber(number));
    }
    calls.add(logs(Map.of("fromBlock", hex(cursor.height() + 1), "toBlock", hex(to))));
    var answers = rpc.batch(calls);
    var logs = answers.getLast();
    boolean many = to > cursor.height() + 1;
    if (logs instanceof Rpc.Answer.Refused && many) {
      return readAll(cursor, (cursor.height() + to + 1) / 2, head);
    }
    var found = rpc.result(logs).items();
    if (found.size() > settings.logsMax() && many) {
      return readAll(cursor, (cursor.height() + to + 1) / 2, head);
    }
    var headers = new ArrayList<BlockHeader>();
    var parent = cursor;
    for (int i = 0; i < answers.size() - 1; i++) {
      var header = BlockHeader.parse(rpc.result(answers.get(i)), parent.height() + 1);
      if (!header.parent().equals(parent.hash())) {
        throw contradiction("block %s does not stand on %s".formatted(header.at(), parent));
      }
      headers.add(header);
      parent = header.at();
    }
    var result = verified(headers, found, parent);
    ring.extend(cursor, headers.stream().map(BlockHeader::at).toList());
    return observe(result, parent, head);
  }

  /// All logs of the gateway in these blocks, in order, each confirmed by its block and receipt.
  private List<LogEntry> verified(List<BlockHeader> headers, List<Json> found, Checkpoint last)
      throws ChainException {
    var byHeight = new HashMap<Long, BlockHeader>();
    headers.forEach(header -> byHeight.put(header.at().height(), header));
    var logs = new ArrayList<LogEntry>();
    for (var json : found) {
      logs.add(checked(LogEntry.parse(json), byHeight));
    }
    for (var json : unreported(headers, logs)) {
      logs.add(checked(LogEntry.parse(json), byHeight));
    }
    logs.sort(
        Comparator.comparingLong((LogEntry log) -> log.block().height())
            .thenComparingInt(LogEntry::index));
    for (int i = 1; i < logs.size(); i++) {
      var before = logs.get(i - 1);
      if (before.block().equals(logs.get(i).block()) && before.index() == logs.get(i).index()) {
        throw contradiction("log %d of block %s twice".formatted(before.index(), before.block()));
      }
    }
    confirm(logs, last);
    return logs;
  }

  private LogEntry checked(LogEntry log, Map<Long, BlockHeader> headers) throws ChainException {
    var header = headers.get(log.block().height());
    if (header == null || !header.at().equals(log.block())) {
      throw contradiction(
          "log %d is of block %s, which was not asked for or is another one now"
              .formatted(log.index(), log.block()));
    }
    if (!log.emitter().equals(gateway.account())) {
      throw contradiction(
          "log %d of block %s is of %s, not of the gateway"
              .formatted(log.index(), log.block(), log.emitter()));
    }
    if (log.topics().isEmpty() || !TOPICS.contains(log.topics().getFirst())) {
      throw contradiction(
          "log %d of block %s has another topic than asked for"
              .formatted(log.index(), log.block()));
    }
    return log;
  }

  /// Logs of blocks whose filter admits some although the range held none: an endpoint with many
  /// nodes behind it answers a range from one that lags. Asked for by hash, such a node must
  /// refuse.
  private List<Json> unreported(List<BlockHeader> headers, List<LogEntry> logs)
      throws ChainException {
    var calls = new ArrayList<Rpc.Call>();
    for (var header : headers) {
      boolean reported = logs.stream().anyMatch(log -> log.block().equals(header.at()));
      if (!reported && header.bloom().isPresent() && mayHoldOurs(header.bloom().get())) {
        calls.add(logs(Map.of("blockHash", header.at().hash().toString())));
      }
    }
    var more = new ArrayList<Json>();
    for (var answer : rpc.results(calls)) {
      more.addAll(answer.items());
    }
    return more;
  }

  private boolean mayHoldOurs(Bytes bloom) {
    return LogsBloom.mayHold(bloom, gateway.account())
        && TOPICS.stream().anyMatch(topic -> LogsBloom.mayHold(bloom, topic.bytes()));
  }

  /// Compares each log with its receipt, and looks once more whether `last` still stands.
  private void confirm(List<LogEntry> logs, Checkpoint last) throws ChainException {
    var byTransaction = new LinkedHashMap<Hash32, List<LogEntry>>();
    for (var log : logs) {
      byTransaction.computeIfAbsent(log.transaction(), first -> new ArrayList<>()).add(log);
    }
    var calls = new ArrayList<Rpc.Call>();
    for (var transaction : byTransaction.keySet()) {
      calls.add(Rpc.Call.of("eth_getTransactionReceipt", transaction.toString()));
    }
    calls.add(BlockHeader.byNumber(last.height()));
    var answers = rpc.results(calls);
    int next = 0;
    for (var entry : byTransaction.entrySet()) {
      confirm(entry.getKey(), entry.getValue(), answers.get(next++));
    }
    if (!BlockHeader.parse(answers.get(next), last.height()).at().equals(last)) {
      throw contradiction("block %s was replaced during the look".formatted(last));
    }
  }

  private void confirm(Hash32 transaction, List<LogEntry> logs, Json receipt)
      throws ChainException {
    if (receipt.isNull()) {
      throw contradiction("a log of %s, but no receipt".formatted(transaction));
    }
    if (!receipt.field("transactionHash").hash().equals(transaction)
        || receipt.field("status").quantity() != 1) {
      throw contradiction("a log of %s, but no receipt of its success".formatted(transaction));
    }
    var inReceipt = new ArrayList<LogEntry>();
    for (var json : receipt.field("logs").items()) {
      inReceipt.add(LogEntry.parse(json));
    }
    for (var log : logs) {
      if (!inReceipt.contains(log)) {
        throw contradiction(
            "log %d of block %s is not in the receipt of %s"
                .formatted(log.index(), log.block(), transaction));
      }
    }
  }

  private Scan observe(List<LogEntry> logs, Checkpoint next, long head) throws ChainException {
    var sent = new ArrayList<Observation>();
    var received = new ArrayList<Receipt>();
    for (var log : logs) {
      var topic = log.topics().getFirst();
      if (topic.equals(GatewayAbi.MESSAGE_SENT)) {
        var message = GatewayAbi.sent(log, gateway, settings.payloadBytesMax());
        sent.add(
            new Observation(
                message, MessageFormat.id(message), log.block(), log.transaction(), log.index()));
      } else if (topic.equals(GatewayAbi.MESSAGE_DELIVERED)) {
        received.add(
            new Receipt(
                GatewayAbi.delivered(log),
                new Receipt.Outcome.Delivered(),
                log.block(),
                log.transaction()));
      } else {
        received.add(
            new Receipt(
                new io.wherry.model.MessageId(log.topics().get(1)),
                new Receipt.Outcome.Failed(GatewayAbi.failure(log)),
                log.block(),
                log.transaction()));
      }
    }
    return new Scan.Found(sent, received, next, head);
  }

  private Rpc.Call logs(Map<String, Object> where) {
    var filter = new LinkedHashMap<String, Object>(where);
    filter.put("address", gateway.account().toHex());
    filter.put("topics", List.of(TOPICS.stream().map(Hash32::toString).toList()));
    return Rpc.Call.of("eth_getLogs", filter);
  }

  // ----------------------------------------------------------------- forks

  /// The highest block that both the branch of `cursor` and the present chain hold.
  private Checkpoint ancestor(Checkpoint cursor) throws ChainException {
    var known = ring.below(cursor);
    var shared = canonicalAmong(known);
    if (shared.isPresent()) {
      return shared.get();
    }
    if (!known.isEmpty() && cursor.height() - known.getLast().height() >= settings.forkDepthMax()) {
      throw tooDeep(cursor);
    }
    var lowest = known.isEmpty() ? cursor : known.getLast();
    return byParents(cursor, lowest);
  }

  private Optional<Checkpoint> canonicalAmong(List<Checkpoint> descending) throws ChainException {
    int step = settings.batchCallsMax();
    for (int from = 0; from < descending.size(); from += step) {
      var part = descending.subList(from, Math.min(descending.size(), from + step));
      var headers =
          rpc.results(part.stream().map(at -> BlockHeader.byNumber(at.height())).toList());
      for (int i = 0; i < part.size(); i++) {
        var header = BlockHeader.parse(headers.get(i));
        if (header.isPresent() && header.get().at().equals(part.get(i))) {
          return Optional.of(part.get(i));
        }
      }
    }
    return Optional.empty();
  }

  /// Follows the parents of an orphan that the endpoint still knows. Where it does not, nothing
  /// tells where the branches part: then the block `forkDepthMax` below the cursor is taken, and
  /// what stood between is looked at again. A fork deeper than that is beyond this reader.
  private Checkpoint byParents(Checkpoint cursor, Checkpoint lowest) throws ChainException {
    long floor = Math.max(0, cursor.height() - settings.forkDepthMax());
    var at = lowest;
    while (at.height() > floor) {
      var orphan =
          BlockHeader.parse(rpc.results(List.of(BlockHeader.byHash(at.hash()))).getFirst());
      if (orphan.isEmpty()) {
        var below = rpc.results(List.of(BlockHeader.byNumber(floor))).getFirst();
        return BlockHeader.parse(below, floor).at();
      }
      var parent = new Checkpoint(at.height() - 1, orphan.get().parent());
      var canonical = rpc.results(List.of(BlockHeader.byNumber(parent.height()))).getFirst();
      if (BlockHeader.parse(canonical, parent.height()).at().equals(parent)) {
        return parent;
      }
      at = parent;
    }
    throw tooDeep(cursor);
  }

  /// Remembers the blocks below a cursor that this process has not walked up to, so that a fork
  /// right after a start can be followed.
  private void backfill(BlockHeader cursor) throws ChainException {
    long height = cursor.at().height();
    long floor = Math.max(0, height - settings.forkDepthMax());
    var calls = new ArrayList<Rpc.Call>();
    for (long number = floor; number < height; number++) {
      calls.add(BlockHeader.byNumber(number));
    }
    var blocks = new ArrayList<Checkpoint>();
    var above = cursor;
    var answers = rpc.results(calls);
    for (int i = answers.size() - 1; i >= 0; i--) {
      var header = BlockHeader.parse(answers.get(i), floor + i);
      if (!header.at().hash().equals(above.parent())) {
        throw contradiction("block %s does not stand on %s".formatted(above.at(), header.at()));
      }
      blocks.addFirst(header.at());
      above = header;
    }
    ring.backfill(blocks, cursor.at());
  }

  private ChainException tooDeep(Checkpoint cursor) {
    return new ChainException.Permanent(
        "%s: block %s is gone, and so are the %d below it: the chain was rewritten deeper than"
                .formatted(rpc.endpoint(), cursor, settings.forkDepthMax())
            + " forkDepthMax; check the endpoint, then choose the checkpoint to go on from");
  }

  private ChainException contradiction(String what) {
    return new ChainException.Transient(
        "%s contradicts itself: %s".formatted(rpc.endpoint(), what));
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }
}
