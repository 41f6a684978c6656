// SPDX-License-Identifier: Apache-2.0
/// One chain's connection, shared by the duties that read and write it.
@NullMarked
package io.wherry.relayer.chain;

import org.jspecify.annotations.NullMarked;
