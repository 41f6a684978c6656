// SPDX-License-Identifier: Apache-2.0
/// The words of the bridge: chains, addresses, messages, observations, batches, attestations. They
/// depend on the JDK alone, so that every part may speak them.
@NullMarked
package io.wherry.model;

import org.jspecify.annotations.NullMarked;
