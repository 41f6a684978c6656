// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Curves;
import io.wherry.attest.frost.Suite;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.keys.ShareFile;
import io.wherry.attest.keys.TrustedDealer;
import io.wherry.attest.session.Action;
import io.wherry.attest.session.Limits;
import io.wherry.attest.session.Participant;
import io.wherry.attest.sql.SqlSigningRecord;
import io.wherry.format.Keccak;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The parts put together as a node does: share files and signing records on a disk, restarts
/// between batches.
@NullMarked
class CommitteeOnFilesTest {
  private static final KeyEpoch EPOCH = new KeyEpoch(3);
  private static final Address SOURCE = Address.eip155(ChainId.eip155(1), Bytes.of(new byte[20]));
  private static final Address TARGET = Address.eip155(ChainId.eip155(2), Bytes.of(new byte[20]));

  @TempDir Path folder;
  private final SplittableRandom random = new SplittableRandom(91);
  private final Curve curve = Curves.load(random);
  private final List<KeyShare> shares = new ArrayList<>();

  @Test
  void signsAndStaysConsistentThroughRestarts() throws IOException {
    for (var share : TrustedDealer.deal(curve, 2, 3, Suite.EVM, EPOCH, random)) {
      ShareFile.write(keyFile(share.member()), share, password(), random);
    }
    for (int i = 1; i <= 3; i++) {
      var member = new MemberId(i);
      shares.add(ShareFile.read(keyFile(member), member, password(), curve).share());
    }
    assertThat(attest("one", 1)).isPresent();
    assertThat(attest("two", 2)).isPresent();
    assertThat(attest("another one", 1)).isEmpty();
    assertThat(attest("one", 1)).isPresent();
  }

  /// Starts three nodes on their records, has the first attest one message, and stops them.
  private Optional<Attestation> attest(String name, long sequence) throws IOException {
    var message = new MessageId(Keccak.hash(name));
    Consent consent = batch -> new Consent.Answer.Given(List.of(Slot.ofSequence(SOURCE, sequence)));
    var records = new ArrayList<SqlSigningRecord>();
    var nodes = new ArrayList<Participant>();
    for (int i = 1; i <= 3; i++) {
      var member = new MemberId(i);
      var record =
          SqlSigningRecord.open(folder.resolve(member + ".db"), InstantSource.fixed(Instant.EPOCH));
      records.add(record);
      nodes.add(
          new Participant(
              curve,
              shares.get(i - 1),
              consent,
              record.forEpoch(EPOCH),
              record.bootEpoch(),
              random.split(),
              Limits.STANDARD));
    }
    var found = run(nodes, new Batch(TARGET, EPOCH, List.of(message)));
    for (var record : records) {
      record.close();
    }
    return found;
  }

  private static Optional<Attestation> run(List<Participant> nodes, Batch batch) {
    record Addressed(MemberId from, Action action) {}
    var queue = new ArrayDeque<Addressed>();
    nodes
        .getFirst()
        .attest(batch, Instant.EPOCH)
        .forEach(action -> queue.add(new Addressed(new MemberId(1), action)));
    while (!queue.isEmpty()) {
      var next = queue.remove();
      switch (next.action()) {
        case Action.Send(var to, var packet) ->
            nodes
                .get(to.number() - 1)
                .on(next.from(), packet, Instant.EPOCH)
                .forEach(action -> queue.add(new Addressed(to, action)));
        case Action.Completed(var attestation) -> {
          assertThat(nodes.getLast().verifier().accepts(attestation)).isTrue();
          return Optional.of(attestation);
        }
        case Action.Failed failed -> {
          return Optional.empty();
        }
        case Action.Blamed blamed -> throw new AssertionError(blamed.toString());
      }
    }
    throw new AssertionError("no result");
  }

  private Path keyFile(MemberId member) {
    return folder.resolve(member + ".key");
  }

  private static char[] password() {
    return "correct horse".toCharArray();
  }
}
