// SPDX-License-Identifier: Apache-2.0
/// Delivering: what a node writes to a destination chain, and how it sees it through.
@NullMarked
package io.wherry.relayer.deliver;

import org.jspecify.annotations.NullMarked;
