// SPDX-License-Identifier: Apache-2.0
/** The programs of the usual tutorials, as they lie in {@code src/test/tutorials}, run as they stand. */
package dev.perch.tutorials;
