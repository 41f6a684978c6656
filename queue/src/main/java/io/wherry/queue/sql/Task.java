// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.queue.StoreException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Something to do on a connection's thread, and what came of it.
final class Task<T> {
  private final Database.Operation<T> operation;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private @Nullable Runnable outcome;

  Task(Database.Operation<T> operation) {
    this.operation = operation;
  }

  /// Runs it, and keeps the answer back until [#publish].
  void run(Session session) throws SQLException {
    var result = operation.run(session);
    outcome = () -> answer.complete(result);
  }

  /// Keeps a failure back until [#publish].
  void failed(Throwable failure) {
    outcome = () -> answer.completeExceptionally(failure);
  }

  /// Gives the answer to whoever waits. Called when it is on disk.
  void publish() {
    if (outcome == null) {
      answer.completeExceptionally(
          new StoreException.Failed("not run", new IllegalStateException()));
    } else {
      outcome.run();
    }
  }

  /// Gives a failure to whoever waits, whatever came of the task before.
  void fail(Throwable failure) {
    answer.completeExceptionally(failure);
  }

  /// Waits for the answer. An interrupt does not end the waiting, since the operation goes on.
  T await() {
    try {
      return answer.join();
    } catch (CompletionException wrapped) {
      switch (wrapped.getCause()) {
        case SQLException failure ->
            throw new StoreException.Failed("database: " + failure.getMessage(), failure);
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw wrapped;
      }
    }
  }
}
