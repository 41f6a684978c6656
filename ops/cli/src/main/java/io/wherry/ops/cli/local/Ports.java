// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Free loopback ports.
public final class Ports {
  private Ports() {}

  /// `count` different ports that nobody listened on a moment ago.
  ///
  /// @throws UncheckedIOException where the system has none
  public static List<Integer> free(int count) {
    var held = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException none) {
      throw new UncheckedIOException("no free port: " + none.getMessage(), none);
    } finally {
      for (var socket : held) {
        try {
          socket.close();
        } catch (IOException ignored) {
          // a listener that was never used; the system closes it with the process
        }
      }
    }
  }
}
