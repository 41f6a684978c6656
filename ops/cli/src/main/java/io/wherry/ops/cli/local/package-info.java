// SPDX-License-Identifier: Apache-2.0
/// Chains, a committee and its nodes as processes on this machine: what the demo and the scenario
/// tests run on. All keys made here are worthless.
@NullMarked
package io.wherry.ops.cli.local;

import org.jspecify.annotations.NullMarked;
