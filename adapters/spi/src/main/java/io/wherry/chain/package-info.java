// SPDX-License-Identifier: Apache-2.0
/// The port: what a chain must be able to do for the bridge. Adapters implement it; the relayer
/// alone calls it. The signatures block, and run on virtual threads or in a simulation's only
/// thread.
@NullMarked
package io.wherry.chain;

import org.jspecify.annotations.NullMarked;
