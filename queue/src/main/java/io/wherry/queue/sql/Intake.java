// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.queue.StoreException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// A bounded queue of tasks, and the platform threads that work it off.
final class Intake {
  private static final Task<?> END = new Task<>(_ -> Intake.class);

  private final String name;
  private final BlockingQueue<Task<?>> waiting;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closing;
  private volatile boolean closed;

  Intake(String name, int queueMax) {
    this.name = name;
    this.waiting = new ArrayBlockingQueue<>(queueMax);
  }

  /// Starts a thread that owns `session` and closes it at its end.
  void start(String threadName, Session session, Loop loop) {
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name(threadName)
            .start(
                () -> {
                  try (session) {
                    loop.run(session);
                  } catch (SQLException failure) {
                    throw new StoreException.Failed("cannot close " + name, failure);
                  }
                }));
  }

  /// Queues a task, waiting for room, and waits for its answer.
  <T> T submit(Database.Operation<T> operation) {
    if (closing) {
      throw closed();
    }
    var task = new Task<>(operation);
    try {
      waiting.put(task);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreException.Failed("interrupted before it was begun", interrupted);
    }
    // It may have slipped in behind the end, where nobody takes it any more.
    if (closed && waiting.remove(task)) {
      throw closed();
    }
    return task.await();
  }

  /// Waits for tasks and moves up to `most` of them into `group`. False at the end.
  boolean next(List<Task<?>> group, int most) {
    try {
      var first = waiting.take();
      if (first == END) {
        return false;
      }
      group.add(first);
      while (group.size() < most) {
        var more = waiting.peek();
        if (more == null || more == END || !waiting.remove(more)) {
          break;
        }
        group.add(more);
      }
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Lets the threads finish what is queued, and waits for them.
  void close() {
    if (closing) {
      return;
    }
    closing = true;
    try {
      for (var _ : threads) {
        waiting.put(END);
      }
      for (var thread : threads) {
        thread.join();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    closed = true;
    var late = new ArrayList<Task<?>>();
    waiting.drainTo(late);
    late.forEach(task -> task.fail(closed()));
  }

  private StoreException closed() {
    return new StoreException.Closed(name + " is closed");
  }

  /// What a thread does until [#next] says that it is over.
  @FunctionalInterface
  interface Loop {
    /// Runs until the end.
    void run(Session session);
  }
}
