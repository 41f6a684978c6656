// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/// A node's API that answers what it is told, on a port that the system chooses.
@NullMarked
final class FakeApi implements AutoCloseable {
  final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Answer> answers = Collections.synchronizedMap(new HashMap<>());
  private final HttpServer server;

  private record Answer(int code, String body) {}

  FakeApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          var answer =
              answers.getOrDefault(
                  exchange.getRequestURI().toString(), new Answer(404, "{\"error\":\"no\"}"));
          var body = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.code(), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  FakeApi answering(String path, int code, String body) {
    answers.put(path, new Answer(code, body));
    return this;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
