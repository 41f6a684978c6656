// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.NullMarked;

/// Runs one command line in this process, and keeps what it printed.
///
/// @param code the exit code
/// @param out what it wrote to its output
/// @param err what it wrote to its error output
@NullMarked
record Shell(int code, String out, String err) {
  static Shell run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Shell(code, out.toString(), err.toString());
  }
}
