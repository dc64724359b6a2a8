// SPDX-License-Identifier: Apache-2.0
/** What is counted and timed, and how it is shown. The only user of Micrometer. */
package dev.perch.metrics;
