// SPDX-License-Identifier: Apache-2.0
/** The program: its command line, its settings, and the wiring of all parts. Nothing imports it. */
package dev.perch;
