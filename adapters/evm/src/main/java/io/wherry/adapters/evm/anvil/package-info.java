// SPDX-License-Identifier: Apache-2.0
/// A local EVM node as a child process, for the demo and for tests. Never part of a relayer that
/// serves real chains.
@NullMarked
package io.wherry.adapters.evm.anvil;

import org.jspecify.annotations.NullMarked;
