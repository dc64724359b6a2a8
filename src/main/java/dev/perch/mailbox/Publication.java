// SPDX-License-Identifier: Apache-2.0
package dev.perch.mailbox;

/** What became of a publish: a {@link Receipt} or a {@link Refusal}. */
public sealed interface Publication permits Receipt, Refusal {}
