// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A connection with at most one HTTP/1.1 request under way, whose answer says its length. */
abstract class HttpConnection extends Connection {
    private static final String LENGTH = "Content-Length: ";

    HttpConnection(Loop loop) throws IOException {
        super(loop);
    }

    abstract void answered(int status, String fields, String body);

    @Override
    final int take(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int start = text.indexOf("\r\n\r\n") + 4;
        String body = start < 4 ? null : body(text.substring(0, start), text.substring(start));
        if (body == null) {
            return 0;
        }
        answered();
        answered(Integer.parseInt(text.substring(9, 12)), text.substring(0, start), body);
        return bytes.length;
    }

    /** The content of an answer, or null while it is not complete. */
    private static String body(String fields, String content) {
        int at = fields.indexOf(LENGTH) + LENGTH.length();
        Loop.require(at >= LENGTH.length(), "an answer without a length: " + fields);
        return content.length() < Integer.parseInt(fields.substring(at, fields.indexOf('\r', at))) ? null : content;
    }
}
