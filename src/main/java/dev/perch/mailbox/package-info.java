// SPDX-License-Identifier: Apache-2.0
/**
 * The domain: messages, queues, mailboxes, topics, and the one loop that every view runs: read after a cursor; if there
 * is nothing, park; when woken, read again. It knows no HTTP, no JSON and no SQL and imports {@code java.base} only.
 *
 * <p>The way of a message: {@link dev.perch.mailbox.Exchange} hands {@link dev.perch.mailbox.Draft}s to the
 * {@link dev.perch.mailbox.Store}; when it has them it tells the registry, in offset order, and then has those woken
 * who are parked; each {@link dev.perch.mailbox.Reader} looks for itself and answers through its
 * {@link dev.perch.mailbox.Outlet}.
 *
 * <p>Locks, in the order in which they may be taken; no thread takes an earlier one while it holds a later one:
 *
 * <ol>
 *   <li>that of a store, under which it tells the registry of its changes;
 *   <li>the atomic step of one name in the registry's maps;
 *   <li>that of one mailbox;
 *   <li>that of one bucket of the wheel.
 * </ol>
 *
 * Under the lock of a mailbox nobody is called: no waiter, no store, no log.
 */
package dev.perch.mailbox;
