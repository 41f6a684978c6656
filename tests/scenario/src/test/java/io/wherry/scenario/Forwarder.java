// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Passes the bytes of TCP connections on: an endpoint that can appear and disappear.
final class Forwarder implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /// Listens on loopback.
  ///
  /// @param port where to listen
  /// @param target the loopback port to connect to
  Forwarder(int port, int target) throws IOException {
    this.target = target;
    listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    Thread.startVirtualThread(this::accept);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var near = listener.accept();
        sockets.add(near);
        var far = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(far);
        Thread.startVirtualThread(() -> pass(near, far));
        Thread.startVirtualThread(() -> pass(far, near));
      } catch (IOException closed) {
        // the next turn ends where the listener is closed; else the target refused this one
      }
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException ended) {
      // either side has hung up; both are closed now
    }
  }

  /// Stops listening, and cuts every connection.
  @Override
  public void close() {
    try {
      listener.close();
      for (var socket : sockets) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
