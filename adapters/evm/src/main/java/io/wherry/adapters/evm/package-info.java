// SPDX-License-Identifier: Apache-2.0
/// EVM chains: the gateway contract read and written over JSON-RPC. web3j encodes, hashes and
/// signs; the requests travel over Vert.x; whatever an endpoint answers is parsed strictly and
/// checked against itself before anyone believes it.
@NullMarked
package io.wherry.adapters.evm;

import org.jspecify.annotations.NullMarked;
