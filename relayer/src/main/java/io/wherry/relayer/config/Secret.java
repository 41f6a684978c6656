// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Where a secret is to be had. The configuration never holds one itself; neither does any text
/// made of this type.
public sealed interface Secret {
  /// The most characters a secret may have.
  int CHARACTERS_MAX = 4096;

  /// The content of a file, less one trailing line break.
  ///
  /// @param path the file
  record InFile(Path path) implements Secret {}

  /// The value of an environment variable.
  ///
  /// @param name the variable
  record InEnvironment(String name) implements Secret {}

  /// Reads the secret now.
  ///
  /// @param environment the process' environment
  /// @throws SecretException naming the source, never the content
  default String read(Map<String, String> environment) throws SecretException {
    var text =
        switch (this) {
          case InFile(var path) -> {
            try {
              if (Files.size(path) > CHARACTERS_MAX) {
                throw new SecretException(
                    "secret file %s: expected at most %d bytes".formatted(path, CHARACTERS_MAX));
              }
              yield Files.readString(path).stripTrailing();
            } catch (IOException unreadable) {
              throw new SecretException(
                  "secret file %s cannot be read (%s): create it, readable by this user only"
                      .formatted(path, unreadable.getClass().getSimpleName()));
            }
          }
          case InEnvironment(var name) -> {
            var value = environment.get(name);
            if (value == null) {
              throw new SecretException("environment variable %s is not set".formatted(name));
            }
            yield value;
          }
        };
    if (text.isEmpty()) {
      throw new SecretException(this + " is empty");
    }
    return text;
  }

  /// A secret could not be had.
  final class SecretException extends Exception {
    SecretException(String message) {
      super(message);
    }
  }
}
