// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/// Both backends, for tests that must hold on each. A machine without the native library fails here
/// instead of testing one backend twice.
@NullMarked
public final class Backends {
  private static final Curve NATIVE = load();
  private static final Curve PURE = Curves.pureJava();

  private Backends() {}

  public static Curve nativeCurve() {
    return NATIVE;
  }

  public static Curve pureJava() {
    return PURE;
  }

  public static Stream<Curve> both() {
    return Stream.of(NATIVE, PURE);
  }

  private static Curve load() {
    try {
      return NativeCurve.load(new SplittableRandom(1));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }
}
