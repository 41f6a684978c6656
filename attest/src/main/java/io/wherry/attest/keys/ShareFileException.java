// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import io.wherry.model.MemberId;
import java.io.IOException;
import java.nio.file.Path;

/// A share file that cannot be used, by kind. No message shows a password or a secret.
public abstract sealed class ShareFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private ShareFileException(String message) {
    super(message);
  }

  /// The file is whole, and the password does not open it.
  public static final class WrongPassword extends ShareFileException {
    private static final long serialVersionUID = 1L;

    WrongPassword(Path file) {
      super("the password does not open %s".formatted(file));
    }
  }

  /// The file is not what was written: cut off, changed, or no share file at all.
  public static final class Damaged extends ShareFileException {
    private static final long serialVersionUID = 1L;

    Damaged(Path file, String what) {
      super("%s is damaged or no key share file: %s".formatted(file, what));
    }
  }

  /// The file was written in a format that this version does not know.
  public static final class UnknownVersion extends ShareFileException {
    private static final long serialVersionUID = 1L;

    UnknownVersion(Path file, int found) {
      super(
          "%s has format version %d, expected %d".formatted(file, found, ShareFile.FORMAT_VERSION));
    }
  }

  /// The file holds another member's share.
  public static final class WrongMember extends ShareFileException {
    private static final long serialVersionUID = 1L;

    WrongMember(Path file, MemberId found, MemberId expected) {
      super("%s holds the share of %s, expected %s".formatted(file, found, expected));
    }
  }

  /// There is a file already; a share is never overwritten.
  public static final class AlreadyExists extends ShareFileException {
    private static final long serialVersionUID = 1L;

    AlreadyExists(Path file) {
      super("%s exists already, and a key share is never overwritten".formatted(file));
    }
  }
}
