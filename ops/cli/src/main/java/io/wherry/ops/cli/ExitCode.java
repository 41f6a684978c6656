// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

/// How a command ended. The numbers above 1 are those of BSD's sysexits; scripts may rely on them.
public enum ExitCode {
  /// It did what it should.
  OK(0),
  /// It ran, and the answer is no: not everything settled, no such message.
  FAILED(1),
  /// The command line is wrong.
  USAGE(64),
  /// Something needed does not answer or is not installed: a node, an endpoint, a chain.
  UNAVAILABLE(69),
  /// A bug of ours.
  SOFTWARE(70),
  /// A file cannot be read or written, or another process holds it.
  INPUT_OUTPUT(74),
  /// A password or key does not fit.
  PERMISSION(77),
  /// The configuration is wrong.
  CONFIGURATION(78);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /// What the process exits with.
  public int code() {
    return code;
  }
}
