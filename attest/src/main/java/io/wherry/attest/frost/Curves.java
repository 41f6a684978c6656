// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import java.io.IOException;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a [Curve] comes from. Called once per process, by wiring.
public final class Curves {
  private static final Logger LOG = LoggerFactory.getLogger(Curves.class);

  private Curves() {}

  /// libsecp256k1 where it loads, BouncyCastle otherwise; one log line says which and why.
  ///
  /// @param random blinds the native context: a secure generator
  public static Curve load(RandomGenerator random) {
    try {
      var curve = NativeCurve.load(random);
      LOG.info("secp256k1: libsecp256k1 through the foreign-function interface");
      return curve;
    } catch (IOException
        | IllegalArgumentException
        | IllegalCallerException
        | UnsupportedOperationException
        | LinkageError unavailable) {
      LOG.warn(
          "secp256k1: BouncyCastle, because libsecp256k1 did not load ({});"
              + " slower, and with weaker protection against timing attacks",
          unavailable.toString());
      return new BouncyCastleCurve();
    }
  }

  /// The pure-Java backend: for tests, and where no native code may run.
  public static Curve pureJava() {
    return new BouncyCastleCurve();
  }
}
