// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

/// What goes wrong on a chain by chance, as numbers out of 1,000.
///
/// @param forkPermille after a block: a fork of 1 to `forkDepthMax` blocks
/// @param forkDepthMax the deepest fork by chance, in blocks, 1 to 1,000
/// @param lossPermille in a fork: a transaction is lost rather than waits again
/// @param delayPermille at a block: a waiting transaction is left for a later one
/// @param failurePermille at a call: the endpoint fails, before or after it did what was asked
public record Weather(
    int forkPermille, int forkDepthMax, int lossPermille, int delayPermille, int failurePermille) {
  /// Nothing goes wrong.
  public static final Weather CALM = new Weather(0, 1, 0, 0, 0);

  /// Checks the ranges.
  public Weather {
    for (int permille : new int[] {forkPermille, lossPermille, delayPermille, failurePermille}) {
      if (permille < 0 || permille > 1000) {
        throw new IllegalArgumentException("expected 0 to 1000 out of 1000, got " + permille);
      }
    }
    if (forkDepthMax < 1 || forkDepthMax > 1000) {
      throw new IllegalArgumentException("expected a fork depth of 1 to 1000, got " + forkDepthMax);
    }
  }
}
