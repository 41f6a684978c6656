// SPDX-License-Identifier: Apache-2.0
/// Threshold Schnorr signatures by RFC 9591 over secp256k1: the curve behind a port with two
/// backends, the ciphersuites, and the two rounds as types that cannot be called out of order.
/// Nothing here does I/O but the loading of the native library.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9591">RFC 9591</a>
@NullMarked
package io.wherry.attest.frost;

import org.jspecify.annotations.NullMarked;
