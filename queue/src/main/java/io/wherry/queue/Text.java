// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// Bounds texts that come from a chain, an endpoint or an operator.
final class Text {
  /// The most characters of one text that a state keeps.
  static final int CHARS_MAX = 2_000;

  private Text() {}

  /// The text itself, or its beginning and an ellipsis.
  static String bounded(String text) {
    return text.length() <= CHARS_MAX ? text : text.substring(0, CHARS_MAX - 1) + "…";
  }
}
