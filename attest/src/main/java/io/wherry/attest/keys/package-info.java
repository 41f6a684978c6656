// SPDX-License-Identifier: Apache-2.0
/// A member's share of a group key: how it comes into being, and the encrypted file that it is kept
/// in.
@NullMarked
package io.wherry.attest.keys;

import org.jspecify.annotations.NullMarked;
