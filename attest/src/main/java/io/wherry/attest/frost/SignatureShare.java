// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.MemberId;

/// One member's part of a signature.
///
/// @param member whose it is
/// @param z the part
public record SignatureShare(MemberId member, Scalar z) {}
