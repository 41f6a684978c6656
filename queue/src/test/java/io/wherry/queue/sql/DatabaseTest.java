// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.queue.Samples;
import io.wherry.queue.StoreException;
import io.wherry.queue.sql.Database.Durability;
import io.wherry.queue.sql.Database.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DatabaseTest {
  private static final Options QUICK = new Options(64, 16, 2, Durability.NONE);

  @TempDir Path directory;

  static Database open(Path directory) {
    return Database.open(directory, QUICK, "test", Samples.START);
  }

  @Test
  void failingOperationLeavesTheOthersOfItsGroupAlone() throws InterruptedException {
    try (var database = open(directory)) {
      create(database);
      var writerIsBusy = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      var results = new ConcurrentHashMap<String, Object>();
      var threads = new ArrayList<Thread>();
      threads.add(
          asking(
              results,
              "first",
              database,
              _ -> {
                writerIsBusy.countDown();
                awaitUninterrupted(go);
                return 0L;
              }));
      writerIsBusy.await();
      threads.add(asking(results, "good", database, session -> put(session, 1)));
      waiting(threads.getLast());
      threads.add(
          asking(
              results,
              "bad",
              database,
              session -> {
                put(session, 2);
                throw new IllegalStateException("planted");
              }));
      waiting(threads.getLast());
      threads.add(asking(results, "worse", database, session -> put(session, 1)));
      waiting(threads.getLast());
      threads.add(asking(results, "late", database, session -> put(session, 3)));
      waiting(threads.getLast());
      go.countDown();
      for (var thread : threads) {
        thread.join();
      }
      assertThat(results)
          .containsEntry("good", 1L)
          .containsEntry("late", 2L)
          .hasEntrySatisfying(
              "bad", bad -> assertThat(bad).hasToString("java.lang.IllegalStateException: planted"))
          .hasEntrySatisfying(
              "worse", worse -> assertThat(worse).isInstanceOf(StoreException.Failed.class));
      assertThat(all(database)).containsExactly(1L, 3L);
    }
  }

  @Test
  void anAnsweredWriteIsThereAfterTheProcessDies(@TempDir Path copies) throws IOException {
    try (var database = Database.open(directory, Options.standard(), "test", Samples.START)) {
      create(database);
      for (long i = 1; i <= 20; i++) {
        long value = i;
        database.write(session -> put(session, value));
      }
      // What a dead process leaves: the files as they are now, without a checkpoint of the log.
      for (var name : List.of("wherry.db", "wherry.db-wal")) {
        Files.copy(directory.resolve(name), copies.resolve(name));
      }
    }
    assertThat(Files.size(copies.resolve("wherry.db-wal"))).isPositive();
    try (var reopened = open(copies)) {
      assertThat(all(reopened)).hasSize(20);
    }
  }

  @Test
  void refusesASecondOpenerInThisProcessAndLetsItInAfterwards() {
    try (var first = open(directory)) {
      assertThatThrownBy(() -> open(directory))
          .isInstanceOf(StoreException.Claimed.class)
          .hasMessageContaining("in use by this very process");
      assertThat(first.epoch()).isEqualTo(1);
    }
    try (var second = open(directory)) {
      assertThat(second.epoch()).isEqualTo(2);
    }
  }

  @Test
  void refusesAnotherProcessAndNamesTheHolder() throws IOException, InterruptedException {
    try (var first = Database.open(directory, QUICK, "node-7, process 4711", Samples.START)) {
      var output = inAnotherProcess(directory);
      assertThat(output).contains("Claimed").contains("in use by node-7, process 4711");
      assertThat(all(first, "SELECT epoch FROM owner")).containsExactly(1L);
    }
    assertThat(inAnotherProcess(directory)).contains("opened, epoch 2");
  }

  @Test
  void stopsWritingWhenTheDatabaseWasTakenOver() {
    try (var database = open(directory)) {
      create(database);
      database.write(
          session -> {
            session.execute("UPDATE owner SET epoch = epoch + 1, holder = 'thief'");
            return 0L;
          });
      assertThatThrownBy(() -> database.write(session -> put(session, 1)))
          .isInstanceOf(StoreException.Claimed.class)
          .hasMessageContaining("taken over by 'thief', claim 2: this process holds claim 1");
      assertThat(all(database)).isEmpty();
    }
  }

  @Test
  void refusesWorkOnceClosedAndClosesTwice() {
    var database = open(directory);
    database.close();
    database.close();
    assertThatThrownBy(() -> database.write(session -> put(session, 1)))
        .isInstanceOf(StoreException.Closed.class);
    assertThatThrownBy(() -> database.read(_ -> 1)).isInstanceOf(StoreException.Closed.class);
  }

  @Test
  void readersCannotWrite() {
    try (var database = open(directory)) {
      create(database);
      assertThatThrownBy(() -> database.read(session -> put(session, 1)))
          .isInstanceOf(StoreException.Failed.class);
      assertThat(all(database)).isEmpty();
    }
  }

  @Test
  void answersEveryoneOfManyVirtualThreads() throws InterruptedException {
    try (var database = open(directory)) {
      create(database);
      var threads = new ArrayList<Thread>();
      for (long i = 1; i <= 500; i++) {
        long value = i;
        threads.add(Thread.ofVirtual().start(() -> database.write(session -> put(session, value))));
      }
      for (var thread : threads) {
        thread.join();
      }
      assertThat(all(database)).hasSize(500);
    }
  }

  private static void create(Database database) {
    database.write(
        session -> {
          session.execute("CREATE TABLE number (value INTEGER PRIMARY KEY)");
          return 0L;
        });
  }

  private static long put(Session session, long value) throws SQLException {
    var insert = session.prepare("INSERT INTO number VALUES (?)");
    insert.setLong(1, value);
    insert.executeUpdate();
    try (var row = session.prepare("SELECT count(*) FROM number").executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static List<Long> all(Database database) {
    return all(database, "SELECT value FROM number ORDER BY value");
  }

  private static List<Long> all(Database database, String select) {
    return database.read(
        session -> {
          var values = new ArrayList<Long>();
          try (var row = session.prepare(select).executeQuery()) {
            while (row.next()) {
              values.add(row.getLong(1));
            }
          }
          return values;
        });
  }

  private static Thread asking(
      Map<String, Object> results, String name, Database database, Database.Operation<Long> what) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                results.put(name, database.write(what));
              } catch (RuntimeException failure) {
                results.put(name, failure);
              }
            });
  }

  private static void waiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static String inAnotherProcess(Path directory) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                OpenOnce.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  /// Opens a directory's database in a process of its own, and says what came of it.
  static final class OpenOnce {
    private OpenOnce() {}

    public static void main(String[] arguments) {
      try (var database = open(Path.of(arguments[0]))) {
        System.out.println("opened, epoch " + database.epoch());
      } catch (StoreException refused) {
        System.out.println(refused);
      }
    }
  }
}
