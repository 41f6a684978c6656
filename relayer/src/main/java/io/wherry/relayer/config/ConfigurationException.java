// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.config;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// A configuration cannot be used. The node does not start; the command line exits with code 78
/// (configuration error).
public final class ConfigurationException extends Exception {
  private final transient List<Problem> problems;

  /// @param problems at least one, in the order of the file
  public ConfigurationException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  ConfigurationException(Path file, String field, String value, String expected) {
    this(List.of(new Problem(file, 1, 1, field, value, expected)));
  }

  /// Everything that is wrong, in the order of the file.
  public List<Problem> problems() {
    return problems;
  }
}
