// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.chain;

import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.chain.ChainReader;
import io.wherry.chain.ChainWriter;
import io.wherry.chain.FinalityPolicy;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Scan;
import io.wherry.chain.Verdict;
import io.wherry.format.Keccak;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/// A chain that answers what a test tells it to, where a simulated one would be too honest.
@NullMarked
public final class ScriptedChain implements ChainAdapter, ChainReader, ChainWriter {
  /// What a look finds; nothing new at first.
  public Scan scan = new Scan.Idle(0);

  /// How every block stands.
  public FinalityVerdict finality = new FinalityVerdict.Pending(1);

  /// Messages that the endpoint chokes on.
  public final Set<MessageId> choking = new HashSet<>();

  /// What becomes of a submission, and where a transaction is.
  public Submission submission = new Submission.Accepted();

  public Inclusion inclusion = new Inclusion.Pending();

  /// What was prepared and not discarded, and what was submitted, by message.
  public final List<List<MessageId>> prepared = new ArrayList<>();

  public final List<Transaction> submitted = new ArrayList<>();
  public int closed;

  private final ChainId id;

  public ScriptedChain(ChainId id) {
    this.id = id;
  }

  /// A link to it.
  public ChainLink link() {
    return new ChainLink(
        id,
        new ChainLink.Terms(new FinalityPolicy.Finalized(), 0, Duration.ofSeconds(1), 100),
        () -> this);
  }

  @Override
  public ChainId chain() {
    return id;
  }

  @Override
  public Address gateway() {
    return Address.eip155(id, Bytes.of(new byte[20]));
  }

  @Override
  public ChainReader reader() {
    return this;
  }

  @Override
  public ChainWriter writer() {
    return this;
  }

  @Override
  public void close() {
    closed++;
  }

  @Override
  public Checkpoint start(long height) {
    return new Checkpoint(height, Keccak.hash("block " + height));
  }

  @Override
  public Scan scan(Checkpoint cursor, int blocksMax) {
    return scan;
  }

  @Override
  public FinalityVerdict finality(Checkpoint block, FinalityPolicy policy) {
    return finality;
  }

  @Override
  public Verdict delivered(Message message) {
    return new Verdict.No("not yet");
  }

  @Override
  public Address wallet() {
    return gateway();
  }

  @Override
  public Preparation prepare(List<Message> messages, Attestation attestation)
      throws ChainException {
    var ids = messages.stream().map(MessageFormat::id).toList();
    if (ids.stream().anyMatch(choking::contains)) {
      throw new ChainException.Transient("oversized, in words that nobody knows");
    }
    prepared.add(ids);
    var signed = Bytes.of((byte) prepared.size());
    return new Preparation.Ready(new Transaction(Keccak.hash(signed), signed, prepared.size() - 1));
  }

  @Override
  public Submission submit(Transaction transaction) {
    submitted.add(transaction);
    return submission;
  }

  @Override
  public void discard(Transaction transaction) {
    prepared.removeLast();
  }

  @Override
  public Inclusion inclusion(Transaction transaction) {
    return inclusion;
  }
}
