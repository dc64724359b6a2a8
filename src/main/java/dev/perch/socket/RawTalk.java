// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.format.Drafts;
import dev.perch.format.Parameters;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Receipt;
import java.nio.charset.CharacterCodingException;

/**
 * Each message of the client is one for others, as it stands. There is no way to answer it, so a message that cannot be
 * published closes the socket: else its client would believe that it was.
 */
final class RawTalk implements Talk, Sender.Outcome {
    private final OpenSocket socket;
    private final Sender sender;
    private final Drafts texts;
    private final Drafts bytes;

    /** For a client whose query says this about its messages. */
    RawTalk(OpenSocket socket, Sender sender, Parameters parameters, Drafts.Bounds bounds) {
        this.socket = socket;
        this.sender = sender;
        this.texts = new Drafts(null, parameters, bounds);
        this.bytes = new Drafts("application/octet-stream", parameters, bounds);
    }

    @Override
    public void hear(Incoming.Whole message) {
        try {
            if (message.isText()) {
                message.text();
            }
            if (sender.to() == null) {
                throw Problem.BAD_PARAMETER.because("say in the URL where it goes: ?to=mailbox/bob");
            }
            sender.publish(null, (message.isText() ? texts : bytes).of(message.body()), null, this);
        } catch (CharacterCodingException e) {
            socket.close(CloseCode.NOT_UTF8, "a text frame is UTF-8");
            socket.done();
        } catch (Refused e) {
            sender.refused(e, this);
        }
    }

    @Override
    public void stored(Receipt receipt) {
        socket.done();
    }

    @Override
    public void refused(Refused refused) {
        socket.close(CloseCode.of(refused.problem()), refused.problem().code() + ": " + refused.getMessage());
        socket.done();
    }
}
