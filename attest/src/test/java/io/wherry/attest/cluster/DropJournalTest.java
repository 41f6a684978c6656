// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DropJournalTest {
  private final Committee committee = Committee.of(1);
  private final DropJournal journal = new DropJournal(committee.clock);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(DropJournal.class);

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
    logger.setAdditive(false);
    logger.setLevel(Level.WARN);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(appender);
    logger.setAdditive(true);
    logger.setLevel(Level.ERROR);
  }

  @Test
  void logsOncePerReasonAndMinuteAndCountsAll() {
    for (int i = 0; i < 1_000; i++) {
      journal.drop(DropReason.REPLAYED, "claim");
    }
    journal.drop(DropReason.OWN, "claim");
    assertThat(appender.list).hasSize(2);

    committee.advance(Duration.ofSeconds(59));
    journal.drop(DropReason.REPLAYED, "claim");
    assertThat(appender.list).hasSize(2);

    committee.advance(Duration.ofSeconds(1));
    journal.drop(DropReason.REPLAYED, "claim");
    journal.drop(DropReason.REPLAYED, "claim");
    assertThat(appender.list).hasSize(3);
    assertThat(appender.list.getLast().getFormattedMessage())
        .contains("REPLAYED", "claim, unproved", "1002 for this reason");
    assertThat(journal.snapshot())
        .containsEntry(DropReason.REPLAYED, 1_003L)
        .containsEntry(DropReason.OWN, 1L)
        .containsEntry(DropReason.EXPIRED, 0L);
  }
}
