// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.queue.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// An exclusive claim on a data directory, by a lock on its file `lock`. The operating system ends
/// it with the process, however that ends.
final class Claim implements AutoCloseable {
  /// Directories that this process holds. A POSIX lock is lost as soon as any channel of the
  /// process on the file closes, so a second claim must not even open it.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private static final int HOLDER_BYTES_MAX = 200;

  private final Path directory;
  private final FileChannel channel;

  private Claim(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /// Claims `directory`, which is made where it is missing.
  ///
  /// @param holder who claims it, in words for an operator
  /// @throws StoreException.Claimed where it is claimed already
  static Claim take(Path directory, String holder) {
    Path real;
    try {
      real = Files.createDirectories(directory).toRealPath();
    } catch (IOException failure) {
      throw new StoreException.Failed("cannot make data directory " + directory, failure);
    }
    if (!HELD_HERE.add(real)) {
      throw new StoreException.Claimed(
          "data directory %s is in use by this very process".formatted(real));
    }
    boolean taken = false;
    try {
      var claim = lock(real, holder);
      taken = true;
      return claim;
    } catch (IOException failure) {
      throw new StoreException.Failed("cannot lock " + real.resolve("lock"), failure);
    } finally {
      if (!taken) {
        HELD_HERE.remove(real);
      }
    }
  }

  private static Claim lock(Path directory, String holder) throws IOException {
    var channel =
        FileChannel.open(
            directory.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      if (channel.tryLock() == null) {
        throw new StoreException.Claimed(
            "data directory %s is in use by %s: end that process, or choose another directory"
                .formatted(directory, present(channel)));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
      locked = true;
      return new Claim(directory, channel);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static String present(FileChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(HOLDER_BYTES_MAX);
    channel.read(buffer, 0);
    var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    return text.isBlank() ? "another process" : text.replaceAll("\\p{Cntrl}", " ");
  }

  /// Lets the directory go. A second call does nothing.
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw new StoreException.Failed("cannot unlock " + directory, failure);
    } finally {
      HELD_HERE.remove(directory);
    }
  }
}
