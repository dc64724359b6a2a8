// SPDX-License-Identifier: Apache-2.0
/** Who may do what. Imports the domain. */
package dev.perch.access;
