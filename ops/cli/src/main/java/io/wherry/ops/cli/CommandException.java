// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

/// A command cannot go on. The text is for a person: what is wrong, and what to do next.
public final class CommandException extends RuntimeException {
  private final ExitCode exitCode;

  /// @param message for a person, without the program's name
  public CommandException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /// @param message for a person, without the program's name
  public CommandException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /// What the process exits with.
  public ExitCode exitCode() {
    return exitCode;
  }
}
