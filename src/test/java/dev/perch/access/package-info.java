// SPDX-License-Identifier: Apache-2.0
/** Who may do what: tests of {@code dev.perch.access} alone. */
package dev.perch.access;
