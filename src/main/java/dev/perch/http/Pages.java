// SPDX-License-Identifier: Apache-2.0
package dev.perch.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.content.HttpContent;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.Resource;
import org.eclipse.jetty.util.resource.ResourceFactory;

/**
 * The pages of {@code webapp/}. Browsers keep them and ask each time whether they have changed, so that a page never
 * runs with the scripts of another release. They are known by what they hold: all files of the jar have the same time,
 * whatever the release. This is no servlet, since the one for files waits on a thread until its client has taken a
 * small one.
 */
final class Pages extends ResourceHandler {
    /** Nothing from elsewhere, and no script or style within a page. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final Map<String, HttpField> tags = new ConcurrentHashMap<>();

    /** Those that are packed with the server. */
    Pages() {
        setBaseResource(ResourceFactory.of(this).newClassLoaderResource("webapp/"));
        setDirAllowed(false);
        setEtags(true);
        setCacheControl("no-cache");
    }

    @Override
    protected HttpContent.Factory newHttpContentFactory(ByteBufferPool.Sized buffers) {
        HttpContent.Factory files = super.newHttpContentFactory(buffers);
        return path -> {
            HttpContent file = files.getContent(path);
            return file == null || file.getResource().isDirectory()
                    ? file
                    : new Tagged(file, tags.computeIfAbsent(path, name -> tag(file.getResource())));
        };
    }

    private static HttpField tag(Resource file) {
        try (InputStream in = file.newInputStream()) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
            return new HttpField(HttpHeader.ETAG, '"' + HexFormat.of().formatHex(hash, 0, 12) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        HttpFields.Mutable headers = response.getHeaders();
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            headers.put(HttpHeader.ALLOW, "GET, HEAD");
            Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
            return true;
        }
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("X-Frame-Options", "DENY");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        if (!super.handle(new Timeless(request), response, callback)) {
            Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
        }
        return true;
    }

    /** A file that is known by its tag, and by nothing else. */
    private static final class Tagged extends HttpContent.Wrapper {
        private final HttpField tag;

        Tagged(HttpContent file, HttpField tag) {
            super(file);
            this.tag = tag;
        }

        @Override
        public HttpField getETag() {
            return tag;
        }

        @Override
        public String getETagValue() {
            return tag.getValue();
        }

        @Override
        public HttpField getLastModified() {
            return null;
        }
    }

    /** A request that does not ask by time. */
    private static final class Timeless extends Request.Wrapper {
        private final HttpFields headers;

        Timeless(Request request) {
            super(request);
            headers = HttpFields.build(request.getHeaders()).remove(HttpHeader.IF_MODIFIED_SINCE);
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }
    }
}
