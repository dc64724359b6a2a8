// SPDX-License-Identifier: Apache-2.0
/** Input that is wrong somewhere, in great numbers. Whatever it is, the server goes on as if it had not been. */
package dev.perch.fuzz;
