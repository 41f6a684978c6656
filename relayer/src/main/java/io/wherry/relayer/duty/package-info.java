// SPDX-License-Identifier: Apache-2.0
/// What a node does again and again, and the one verticle that schedules it.
@NullMarked
package io.wherry.relayer.duty;

import org.jspecify.annotations.NullMarked;
