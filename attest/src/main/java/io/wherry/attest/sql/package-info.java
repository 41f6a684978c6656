// SPDX-License-Identifier: Apache-2.0
/// The signing record in an SQLite file of its own.
@NullMarked
package io.wherry.attest.sql;

import org.jspecify.annotations.NullMarked;
