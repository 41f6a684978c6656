// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import java.math.BigInteger;

/// What a whole transaction of ours cost; where it carried a batch, the same for each of its
/// messages.
///
/// @param gasUsed what it burnt
/// @param feePaid in the chain's smallest unit
public record Cost(long gasUsed, BigInteger feePaid) {}
