// SPDX-License-Identifier: Apache-2.0
package dev.perch.socket;

import dev.perch.format.Command;
import dev.perch.format.Drafts;
import dev.perch.format.Json;
import dev.perch.format.Problem;
import dev.perch.format.Problem.Refused;
import dev.perch.mailbox.Draft;
import dev.perch.mailbox.QueueName;
import dev.perch.mailbox.Receipt;
import java.nio.charset.CharacterCodingException;
import java.util.List;

/** Each message of the client is a command in JSON; every publish is answered, with its id or with a problem. */
final class JsonTalk implements Talk {
    private final OpenSocket socket;
    private final Sender sender;
    private final QueueName queue;
    private final Drafts.Bounds bounds;

    /** For a client that reads that mailbox or topic. */
    JsonTalk(OpenSocket socket, Sender sender, QueueName queue, Drafts.Bounds bounds) {
        this.bounds = bounds;
        this.socket = socket;
        this.sender = sender;
        this.queue = queue;
    }

    @Override
    public void hear(Incoming.Whole message) {
        String key = null;
        try {
            String text = message.text();
            if (!message.isText()) {
                throw Problem.BAD_BODY.because("here a message is a text frame with a JSON object in it");
            }
            Command command = Command.parse(text, bounds);
            key = command.key();
            if (command.acknowledges()) {
                acknowledge(command);
            } else {
                publish(command);
            }
        } catch (CharacterCodingException e) {
            socket.close(CloseCode.NOT_UTF8, "a text frame is UTF-8");
            socket.done();
        } catch (Refused e) {
            sender.refused(e, new Answer(key));
        }
    }

    private void acknowledge(Command command) throws Refused {
        if (!sender.exchange().acknowledge(queue, command.acknowledged())) {
            throw Problem.BAD_PARAMETER.because("there is no such place in this mailbox to acknowledge");
        }
        socket.done();
    }

    private void publish(Command command) throws Refused {
        QueueName to = command.to();
        if (to == null && sender.to() == null) {
            throw Problem.BAD_PARAMETER.because("say where it goes: \"to\":\"mailbox/bob\"");
        }
        List<Draft> drafts = command.drafts();
        sender.publish(to, drafts, command.key(drafts), new Answer(command.key()));
    }

    /** Answers the command that had this key, or none. */
    private final class Answer implements Sender.Outcome {
        private final String key;

        Answer(String key) {
            this.key = key;
        }

        @Override
        public void stored(Receipt receipt) {
            String id = receipt.id().toString();
            socket.answer(Json.object(object -> {
                if (key == null) {
                    object.add("sent", true);
                } else {
                    object.add("sent", key);
                }
                object.add("id", id);
            }));
        }

        @Override
        public void refused(Refused refused) {
            socket.answer(Json.object(
                    object -> object.add("problem", refused.members()).add("key", key)));
        }
    }
}
