// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.attest.SigningRecord.Admission;
import io.wherry.attest.SigningRecord.Entry;
import io.wherry.attest.cluster.ReplayMark;
import io.wherry.format.Keccak;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class SqlSigningRecordTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
  private static final KeyEpoch FIRST = new KeyEpoch(1);
  private static final KeyEpoch SECOND = new KeyEpoch(2);

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void place() {
    file = folder.resolve("signing.db");
  }

  @Test
  void admitsTheSameAgainAfterReopening() throws IOException {
    var entries = List.of(entry(1, "a"), entry(2, "b"));
    try (var record = open()) {
      assertThat(record.forEpoch(FIRST).admit(entries)).isEqualTo(new Admission.Admitted());
      assertThat(record.forEpoch(FIRST).admit(entries)).isEqualTo(new Admission.Admitted());
    }
    try (var record = open()) {
      assertThat(record.forEpoch(SECOND).admit(entries)).isEqualTo(new Admission.Admitted());
    }
  }

  @Test
  void refusesAnotherMessageForSlotOverRestartsAndKeyEpochs() throws IOException {
    try (var record = open()) {
      record.forEpoch(FIRST).admit(List.of(entry(1, "a")));
    }
    try (var record = open()) {
      var conflict = conflict(1, "a", "forged");
      assertThat(record.forEpoch(SECOND).admit(List.of(entry(1, "forged")))).isEqualTo(conflict);
      assertThat(record.forEpoch(SECOND).admit(List.of(entry(1, "forged")))).isEqualTo(conflict);
      assertThat(record.conflicts(10)).containsExactly(conflict);
      assertThat(record.forEpoch(SECOND).admit(List.of(entry(1, "a"))))
          .isEqualTo(new Admission.Admitted());
    }
    try (var record = open()) {
      assertThat(record.conflicts(10)).containsExactly(conflict(1, "a", "forged"));
    }
  }

  @Test
  void admitsAllOrNothing() throws IOException {
    try (var record = open()) {
      var signer = record.forEpoch(FIRST);
      signer.admit(List.of(entry(2, "b")));
      assertThat(signer.admit(List.of(entry(1, "a"), entry(2, "forged"), entry(3, "c"))))
          .isEqualTo(conflict(2, "b", "forged"));
      assertThat(signer.admit(List.of(entry(1, "other"), entry(3, "another"))))
          .isEqualTo(new Admission.Admitted());
    }
  }

  @Test
  void refusesTwoMessagesForOneSlotInOneList() throws IOException {
    try (var record = open()) {
      var signer = record.forEpoch(FIRST);
      assertThat(signer.admit(List.of(entry(1, "a"), entry(1, "b"))))
          .isEqualTo(conflict(1, "a", "b"));
      assertThat(signer.admit(List.of(entry(1, "b")))).isEqualTo(new Admission.Admitted());
    }
  }

  @Test
  void countsEveryStart() throws IOException {
    for (long expected = 1; expected <= 3; expected++) {
      try (var record = open()) {
        assertThat(record.bootEpoch()).isEqualTo(expected);
      }
    }
  }

  @Test
  void cannotBeOpenedTwice() throws IOException {
    try (var record = open()) {
      assertThat(record.bootEpoch()).isEqualTo(1);
      assertThatThrownBy(this::open)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the same member runs already");
    }
    try (var record = open()) {
      assertThat(record.bootEpoch()).isEqualTo(2);
    }
  }

  @Test
  void writesThroughToTheDiskAndKeepsItsOwnHistory() throws IOException, SQLException {
    try (var record = open()) {
      record.forEpoch(FIRST).admit(List.of(entry(1, "a")));
      // a second connection sees only what was committed
      assertThat(text("SELECT hex(message_id) FROM signing_record"))
          .isEqualToIgnoringCase(message("a").toString().substring(2));
      assertThat(text("SELECT key_epoch || '/' || boot_epoch FROM signing_record"))
          .isEqualTo("1/1");
      assertThat(text("PRAGMA journal_mode")).isEqualTo("wal");
      assertThat(text("SELECT count(*) FROM attest_schema_history WHERE success = 1"))
          .isEqualTo("1");
    }
  }

  @Test
  void saysThatItIsUnavailableInsteadOfAdmitting() throws IOException {
    var record = open();
    record.close();
    assertThat(record.forEpoch(FIRST).admit(List.of(entry(1, "a"))))
        .isInstanceOf(Admission.Unavailable.class);
  }

  private SqlSigningRecord open() throws IOException {
    return SqlSigningRecord.open(file, CLOCK);
  }

  private String text(String sql) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private static Admission.Conflict conflict(long sequence, String recorded, String offered) {
    return new Admission.Conflict(slot(sequence), message(recorded), message(offered));
  }

  @Test
  void keepsHowFarPeersWereHeardForTheNextLife() throws IOException {
    var peer = new MemberId(2);
    try (var record = open()) {
      assertThat(record.replayMarks()).isEmpty();
      record.keepReplayMarks(
          Map.of(peer, new ReplayMark(3, 70), new MemberId(3), new ReplayMark(1, 9)));
      record.keepReplayMarks(Map.of(peer, new ReplayMark(4, 1)));
    }
    try (var record = open()) {
      assertThat(record.replayMarks())
          .containsOnly(
              Map.entry(peer, new ReplayMark(4, 1)),
              Map.entry(new MemberId(3), new ReplayMark(1, 9)));
    }
  }

  private static Entry entry(long sequence, String message) {
    return new Entry(slot(sequence), message(message));
  }

  private static Slot slot(long sequence) {
    var gateway = Address.eip155(ChainId.eip155(1), Bytes.of(new byte[20]));
    return Slot.ofSequence(gateway, sequence);
  }

  private static MessageId message(String text) {
    return new MessageId(Keccak.hash(text));
  }
}
