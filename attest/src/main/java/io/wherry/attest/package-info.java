// SPDX-License-Identifier: Apache-2.0
/// What the node and its signer ask of each other: whether this node believes a batch, and whether
/// it may sign it without contradicting itself.
@NullMarked
package io.wherry.attest;

import org.jspecify.annotations.NullMarked;
