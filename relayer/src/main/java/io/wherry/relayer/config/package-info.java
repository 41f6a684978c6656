// SPDX-License-Identifier: Apache-2.0
/// A node's configuration: one YAML file, checked against a JSON Schema, read once into records.
/// Every complaint names file, line, field, value and what was expected.
@NullMarked
package io.wherry.relayer.config;

import org.jspecify.annotations.NullMarked;
