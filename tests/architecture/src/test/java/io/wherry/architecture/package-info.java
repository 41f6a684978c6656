// SPDX-License-Identifier: Apache-2.0
/// The arrows of the architecture, as tests that fail when one is turned round.
@NullMarked
package io.wherry.architecture;

import org.jspecify.annotations.NullMarked;
