// SPDX-License-Identifier: Apache-2.0
/// Watching: what every node finds out for itself about each chain, and writes down.
@NullMarked
package io.wherry.relayer.watch;

import org.jspecify.annotations.NullMarked;
