// SPDX-License-Identifier: Apache-2.0
/// The command line. Only this package prints.
@NullMarked
package io.wherry.ops.cli;

import org.jspecify.annotations.NullMarked;
