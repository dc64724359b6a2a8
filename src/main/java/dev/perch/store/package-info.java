// SPDX-License-Identifier: Apache-2.0
/** What keeps messages: the stores behind the port {@link dev.perch.mailbox.Store}. Imports the domain only. */
package dev.perch.store;
