// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import java.io.IOException;
import java.nio.file.Path;

/// An identity file could not be used. Messages are for operators: they name the file, what is
/// wrong and the next step, and never contain key material.
public abstract sealed class IdentityFileException extends Exception {
  private final transient Path file;

  private IdentityFileException(Path file, String message) {
    super(message);
    this.file = file;
  }

  private IdentityFileException(Path file, String message, IOException cause) {
    super(message, cause);
    this.file = file;
  }

  /// The file in question.
  public Path file() {
    return file;
  }

  /// There is no such file.
  public static final class Missing extends IdentityFileException {
    Missing(Path file) {
      super(file, "no identity file %s: create it, or correct its path".formatted(file));
    }
  }

  /// There is a file already, and an identity is never overwritten.
  public static final class Exists extends IdentityFileException {
    Exists(Path file) {
      super(
          file,
          "identity file %s exists and is not overwritten: move it away first".formatted(file));
    }
  }

  /// Others than the owner may read or write it.
  public static final class Exposed extends IdentityFileException {
    Exposed(Path file, String permissions) {
      super(
          file,
          "identity file %s has permissions %s, expected rw------- (chmod 600); if others could read it, make a new identity"
              .formatted(file, permissions));
    }
  }

  /// Its content is not a private key.
  public static final class Malformed extends IdentityFileException {
    Malformed(Path file, String found) {
      super(
          file,
          "identity file %s: expected one unencrypted Ed25519 private key, PKCS#8 in PEM ('-----BEGIN PRIVATE KEY-----'), got %s"
              .formatted(file, found));
    }
  }

  /// The file system refused.
  public static final class Unusable extends IdentityFileException {
    Unusable(Path file, IOException cause) {
      super(file, "identity file %s: %s".formatted(file, cause), cause);
    }
  }
}
