// SPDX-License-Identifier: Apache-2.0
/// Signing: when a node starts a session, and when it consents to another's.
@NullMarked
package io.wherry.relayer.sign;

import org.jspecify.annotations.NullMarked;
