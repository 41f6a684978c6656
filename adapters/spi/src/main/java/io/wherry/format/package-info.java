// SPDX-License-Identifier: Apache-2.0
/// Version 1 of the message and attestation bytes: ids, roots, proofs, digests. The same bytes on
/// every chain, and the same that the gateway contract computes.
@NullMarked
package io.wherry.format;

import org.jspecify.annotations.NullMarked;
