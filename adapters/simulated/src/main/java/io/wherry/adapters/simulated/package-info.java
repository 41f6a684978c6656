// SPDX-License-Identifier: Apache-2.0
/// Chains in memory, made from a seed: they fork, delay and fail on command or by chance, and their
/// endpoints lie on command. A real adapter: it passes the suite that real chains' adapters pass.
@NullMarked
package io.wherry.adapters.simulated;

import org.jspecify.annotations.NullMarked;
