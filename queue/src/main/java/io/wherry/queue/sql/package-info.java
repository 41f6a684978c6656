// SPDX-License-Identifier: Apache-2.0
/// The store on SQLite: one writer thread with group commit, a few readers, and an exclusive,
/// fenced claim on the data directory.
@NullMarked
package io.wherry.queue.sql;

import org.jspecify.annotations.NullMarked;
