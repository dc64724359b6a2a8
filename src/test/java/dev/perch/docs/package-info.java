// SPDX-License-Identifier: Apache-2.0
/** The documents, held against a running server. */
package dev.perch.docs;
