// SPDX-License-Identifier: Apache-2.0
/// Scenarios on real nodes: real processes, real chains, real files, and what goes wrong with them.
@NullMarked
package io.wherry.scenario;

import org.jspecify.annotations.NullMarked;
