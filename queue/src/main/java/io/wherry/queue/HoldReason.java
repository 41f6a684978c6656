// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// Why a delivery is held until somebody releases it.
public enum HoldReason {
  /// A filter of this node does not let it pass.
  FILTER,
  /// It would exceed its lane's outflow limit.
  GOVERNOR,
  /// An operator stopped it. Only an operator releases it.
  OPERATOR,
  /// It was final and attested, and vanished from its source chain. Only an operator releases it.
  FINALITY_VIOLATED
}
