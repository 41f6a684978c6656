// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

import java.util.regex.Pattern;

/// The name of a chain by CAIP-2, such as `eip155:1` or `bip122:000000000019d6689c085ae165831e93`.
///
/// @param value namespace (3 to 8 of `-a-z0-9`), a colon, reference (1 to 32 of `-_a-zA-Z0-9`)
/// @see <a href="https://chainagnostic.org/CAIPs/caip-2">CAIP-2</a>
public record ChainId(String value) implements Comparable<ChainId> {
  private static final Pattern CAIP2 = Pattern.compile("[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}");

  public ChainId {
    if (!CAIP2.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "expected a CAIP-2 chain id such as eip155:1, got '%s'".formatted(value));
    }
  }

  /// The chain of EIP-155 number `number` (at least 1).
  public static ChainId eip155(long number) {
    if (number < 1) {
      throw new IllegalArgumentException("expected a chain number of at least 1, got " + number);
    }
    return new ChainId("eip155:" + number);
  }

  /// What stands before the colon: the family of chains.
  public String namespace() {
    return value.substring(0, value.indexOf(':'));
  }

  /// What stands behind the colon: the chain within its family.
  public String reference() {
    return value.substring(value.indexOf(':') + 1);
  }

  @Override
  public int compareTo(ChainId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
