// SPDX-License-Identifier: Apache-2.0
/// The HTTP API: how a node fares, where messages are and why, and the attestations that anyone may
/// deliver.
@NullMarked
package io.wherry.ops.api;

import org.jspecify.annotations.NullMarked;
