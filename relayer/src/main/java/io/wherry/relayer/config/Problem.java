// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.config;

import java.nio.file.Path;

/// One thing that is wrong with a configuration file.
///
/// @param file the file
/// @param line from 1
/// @param column from 1
/// @param field the field's path, such as `chains[0].finality.depth`; empty for the whole file
/// @param value the value as written, shortened; empty where there is none to show
/// @param expected what should stand there, or what to do
public record Problem(
    Path file, int line, int column, String field, String value, String expected) {
  private static final int SHOWN_MAX = 80;

  @Override
  public String toString() {
    var shown = value.length() > SHOWN_MAX ? value.substring(0, SHOWN_MAX) + "…" : value;
    return "%s:%d:%d: %s%s: expected %s"
        .formatted(
            file,
            line,
            column,
            field.isEmpty() ? "the file" : field,
            shown.isEmpty() ? "" : " is " + shown,
            expected);
  }
}
