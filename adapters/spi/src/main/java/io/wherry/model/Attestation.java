// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// The committee's signature on a batch's root. Whoever holds one may deliver the batch's messages.
///
/// @param batch what is attested
/// @param scheme the signature scheme's name, such as `secp256k1-evm`
/// @param signature the scheme's bytes: for `secp256k1-evm` `addr(R) ‖ z`, 52 bytes
public record Attestation(Batch batch, String scheme, Bytes signature) {}
