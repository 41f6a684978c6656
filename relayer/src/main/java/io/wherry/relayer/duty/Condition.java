// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.duty;

import java.time.Instant;

/// How a duty fares, for status, health and logs.
public sealed interface Condition {
  /// It has not run to an end yet.
  record Starting() implements Condition {}

  /// Its last run did what it should.
  record Healthy() implements Condition {}

  /// It cannot do its work now, and will try again by itself.
  ///
  /// @param reason what fails, in words for an operator
  /// @param since when it began to fail
  record Degraded(String reason, Instant since) implements Condition {}

  /// It stopped, and an operator must mend something.
  ///
  /// @param reason what is wrong and what to do
  /// @param since when it stopped
  record Halted(String reason, Instant since) implements Condition {}
}
