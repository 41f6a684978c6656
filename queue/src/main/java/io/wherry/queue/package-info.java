// SPDX-License-Identifier: Apache-2.0
/// The life of a message on one node: what state it is in, what may happen next, and the store that
/// remembers it. The machine is pure; whoever runs it stores what it answers and acts afterwards.
@NullMarked
package io.wherry.queue;

import org.jspecify.annotations.NullMarked;
