// SPDX-License-Identifier: Apache-2.0
package dev.perch.store;

import dev.perch.mailbox.Store;

/** What {@link Store} promises, as a program, by theme. Every store passes it unchanged. */
interface StoreContract
        extends AppendContract,
                KeyContract,
                SpaceContract,
                FullStoreContract,
                FloorContract,
                ReadContract,
                MailboxContract,
                TransientContract {}
