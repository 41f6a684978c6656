// SPDX-License-Identifier: Apache-2.0
/// A node: its configuration wired to chains, committee and queue, and its duties scheduled on
/// verticles.
@NullMarked
package io.wherry.relayer;

import org.jspecify.annotations.NullMarked;
