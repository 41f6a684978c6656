// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli.local;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How to start the `wherry` program as another process.
///
/// @param command the JVM, its flags and what it runs, before the program's own arguments
public record JavaProgram(List<String> command) {
  /// Copies the list.
  public JavaProgram {
    command = List.copyOf(command);
  }

  /// The very program that runs now: the same JVM, flags (less those that must not be had twice:
  /// agents, debuggers), and jar, whose manifest opens what must be open, or class path.
  ///
  /// @param main what a class path starts with
  public static JavaProgram same(Class<?> main) {
    var command = new ArrayList<String>();
    command.add(jvm());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .forEach(command::add);
    var path = System.getProperty("java.class.path");
    command.addAll(
        path.endsWith(".jar") && !path.contains(File.pathSeparator)
            ? List.of("-jar", path)
            : List.of("-cp", path, main.getName()));
    return new JavaProgram(command);
  }

  /// A packaged program, on the JVM that runs now.
  ///
  /// @param jar with a main class, and what it needs beside it
  /// @param flags the JVM's
  public static JavaProgram packaged(Path jar, List<String> flags) {
    var command = new ArrayList<String>();
    command.add(jvm());
    command.addAll(flags);
    command.addAll(List.of("-jar", jar.toString()));
    return new JavaProgram(command);
  }

  /// The whole command line.
  ///
  /// @param arguments the program's own
  public List<String> with(String... arguments) {
    var whole = new ArrayList<>(command);
    whole.addAll(List.of(arguments));
    return List.copyOf(whole);
  }

  private static String jvm() {
    return ProcessHandle.current()
        .info()
        .command()
        .orElseGet(() -> Path.of(System.getProperty("java.home"), "bin", "java").toString());
  }
}
