// SPDX-License-Identifier: Apache-2.0
/** Tests of what is measured and written down. */
package dev.perch.metrics;
