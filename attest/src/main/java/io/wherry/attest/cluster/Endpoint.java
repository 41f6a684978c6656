// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import java.util.regex.Pattern;

/// Where a member's cluster port is reached: `host:port`. An address says nothing about who answers
/// there.
///
/// @param host a DNS name or an IPv4 address; not a wildcard
/// @param port 1 to 65,535
public record Endpoint(String host, int port) {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,252})");

  public Endpoint {
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "expected a DNS name or an IPv4 address, got '%s'".formatted(Endpoint.shortened(host)));
    }
    if (port < 1 || port > 0xffff) {
      throw new IllegalArgumentException("expected a port of 1 to 65535, got " + port);
    }
  }

  /// Parses `host:port`.
  ///
  /// @throws IllegalArgumentException naming the text when it is not such
  public static Endpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    var port = text.substring(colon + 1);
    if (colon < 1 || !port.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("expected host:port, got '%s'".formatted(shortened(text)));
    }
    return new Endpoint(text.substring(0, colon), Integer.parseInt(port));
  }

  private static String shortened(String text) {
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
