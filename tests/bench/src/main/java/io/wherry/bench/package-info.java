// SPDX-License-Identifier: Apache-2.0
/// Benchmarks: `wherry bench NAME`. Each measures the shipped code on the real thing, prints its
/// seed, and has a bound that it is held to.
@NullMarked
package io.wherry.bench;

import org.jspecify.annotations.NullMarked;
