// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Where JSON-RPC is spoken. Path, query and user information often hold an API key, so the text
/// form has none of them.
///
/// @param uri `http` or `https`, with a host
record RpcEndpoint(URI uri) {
  private static final int TEXT_MAX = 300;

  RpcEndpoint {
    var scheme = uri.getScheme();
    if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException(
          "expected an endpoint such as https://host:port/path, got scheme '%s', host '%s'"
              .formatted(scheme, uri.getHost()));
    }
  }

  RequestOptions post() {
    var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setSsl(tls())
            .setHost(uri.getHost())
            .setPort(port())
            .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .putHeader("content-type", "application/json");
    if (uri.getUserInfo() != null) {
      var user = uri.getUserInfo().getBytes(StandardCharsets.UTF_8);
      options.putHeader("authorization", "Basic " + Base64.getEncoder().encodeToString(user));
    }
    return options;
  }

  /// What an endpoint says, fit to be shown: no control characters, bounded, without our own path.
  String shown(String text) {
    var clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
    for (var secret :
        new String[] {
          uri.getRawUserInfo(), uri.getRawQuery(), uri.getRawPath(),
        }) {
      if (secret != null && secret.length() > 1) {
        clean = clean.replace(secret, "…");
      }
    }
    return clean.length() > TEXT_MAX ? clean.substring(0, TEXT_MAX) + "…" : clean;
  }

  @Override
  public String toString() {
    return "%s://%s:%d".formatted(uri.getScheme(), uri.getHost(), port());
  }

  private boolean tls() {
    return "https".equals(uri.getScheme());
  }

  private int port() {
    int standard = tls() ? 443 : 80;
    return uri.getPort() < 0 ? standard : uri.getPort();
  }
}
