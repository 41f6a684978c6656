// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import java.util.Arrays;

/// How a group key came into being, and so who may ever have held it whole.
public enum Origin {
  /// One process made the whole key and dealt the shares: whoever controlled that process can sign
  /// alone, for ever. For demonstrations and tests.
  TRUSTED_DEALER("trusted-dealer: unfit for production"),

  /// The members made the key together; no process ever held it.
  DISTRIBUTED("distributed key generation");

  private final String text;

  Origin(String text) {
    this.text = text;
  }

  /// How it stands in files and logs.
  public String text() {
    return text;
  }

  /// The origin with this text.
  ///
  /// @throws IllegalArgumentException for an unknown one
  static Origin parse(String text) {
    return Arrays.stream(values())
        .filter(origin -> origin.text.equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown origin of the key"));
  }

  @Override
  public String toString() {
    return text;
  }
}
