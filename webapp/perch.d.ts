// SPDX-License-Identifier: Apache-2.0

/**
 * Reads a mailbox or topics of a Perch server from a page, and sends.
 *
 *     const perch = new Perch("/", { mailbox: "alice", topics: ["news"] });
 *     perch.on("message", m => show(m.data));
 *     perch.send("mailbox/bob", { hello: 1 }, (problem, id) => {});
 *
 * It connects at once; handlers that are set in the same turn miss nothing.
 */
declare class Perch {
  /**
   * @param base where the server is, absolute or as the page has it: "/", "http://host:8080/", "/behind/a/proxy/"
   * @param options without a mailbox, topics or broadcast it only sends
   */
  constructor(base: string, options?: Perch.Options);

  /** What it is doing. The event `state` tells of each change. */
  readonly state: Perch.State;
  /** The view that got through last: "socket", "stream", "poll", "xdr", "jsonp"; null as long as none did. */
  readonly view: string | null;

  /** Each message, once and in order. */
  on(event: "message", handler: (message: Perch.Message) => void): this;
  on(event: "state", handler: (state: Perch.State) => void): this;
  /** Messages are missing between the one before and the one that comes next. */
  on(event: "gap", handler: (gap: Perch.Gap) => void): this;
  /** It makes no sense to go on: what it asks for is refused, or was deleted. The state `closed` follows. */
  on(event: "error", handler: (error: Perch.Failure) => void): this;

  /** How far it has got: the cursor to go on from, if there is one yet. */
  cursor(): string | undefined;

  /**
   * Sends a message after all that were sent before. While there is no connection it waits; it is stored once, however
   * often it had to be tried.
   *
   * @param to "mailbox/bob", "topic/news", "broadcast", or the `reply` of a message
   * @param data a string is sent as text, anything else as JSON
   * @param done is called once: with null and the id of the message, or with what went wrong
   */
  send(to: string, data: unknown, done?: Perch.Done): void;
  send(to: string, data: unknown, parameters: Perch.Parameters, done?: Perch.Done): void;

  /** Ends it. What has not been sent is given up, and its `done` is called. */
  close(): void;
}

declare namespace Perch {
  /** All times are in seconds. */
  interface Options {
    /** The mailbox to read. Without one the topics are watched. */
    mailbox?: string;
    /** Further topics, or those to watch. */
    topics?: string | string[];
    /** Without mailbox and topics: watches what is sent to everybody. */
    broadcast?: boolean;
    /** Where to begin: a cursor, "start" or "now". Without it a mailbox begins with what nobody was handed yet. */
    after?: string;
    /** Goes on where this page, or the last one of this site, has been; kept in the browser's storage. */
    remember?: boolean;
    /** Lets one tab hold the connection for all that read the same. */
    shared?: boolean;
    /** The only view that is used. Else the best that the browser has and that gets through. */
    view?: "socket" | "stream" | "poll" | "xdr" | "jsonp";
    /** A token, or what gets one: it is asked at the beginning, and again when the server takes it no longer. */
    token?: string | ((use: (token: string) => void) => void);
    /** How long a poll waits: 25 if not said. */
    wait?: number;
    /** A view through which nothing has come after this time is given up: 6 if not said. */
    probe?: number;
    /** So many messages may wait to be sent: 100 if not said. */
    queue?: number;
  }

  type State = "connecting" | "open" | "waiting" | "closed";

  interface Message {
    /** Its place. */
    id: string;
    /** When it was stored, in milliseconds since 1970. */
    time: number;
    topic?: string;
    type?: string;
    from?: string;
    /** Where a reply goes, if its sender waits for one. */
    reply?: string;
    /** The text or the JSON value. */
    data?: any;
    /** In place of data where the message is bytes. */
    contentType?: string;
    base64?: string;
  }

  interface Gap {
    /**
     * retention: they were dropped. epoch: the server has another store, or one that was set back; what it keeps comes
     * now, and may have come before.
     */
    why: "retention" | "epoch";
  }

  interface Parameters {
    type?: string;
    /** The mailbox that is read, if not said. */
    from?: string;
    /** How long it is kept, in seconds. */
    ttl?: number;
    /** A mailbox that shall not see it. */
    except?: string;
  }

  /** What the server said is in `problem`, if it was the server: RFC 9457. */
  interface Failure extends Error {
    problem?: { type: string; title: string; status: number; detail: string };
  }

  type Done = (problem: Failure | null, id?: string) => void;
}

export = Perch;
export as namespace Perch;
