// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

/// A command cannot go on. The text is for a person: what is wrong, and what to do next.
final class CommandException extends RuntimeException {
  private final ExitCode exitCode;

  CommandException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  CommandException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
