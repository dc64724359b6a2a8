// SPDX-License-Identifier: Apache-2.0

/*
 * Perch in a page: reads a mailbox by whatever gets through to the server, and sends. perch.d.ts says how to use it.
 *
 * ECMAScript 3 without any library. Browsers before Internet Explorer 10 need perch-legacy.js, too.
 *
 * One connection is open at a time, by a view: socket, stream or poll. Whatever comes has the same form in all of them
 * (a message, a gap, a heartbeat, an end) and goes the same way: link.hear, take, deliver. What is connected is a link;
 * when it is dropped its view is closed, and nothing that it says counts any more. The cursor outlives all of them.
 *
 * All times are in seconds.
 */
(function (root, make) {
  if (typeof module === "object" && module.exports) {
    module.exports = make(root);
  } else {
    root.Perch = make(root);
  }
}(typeof self === "undefined" ? typeof global === "undefined" ? this : global : self, function (root) {
  /** The server knows an idempotency key for 300; a message whose fate is not known is not sent again after this. */
  var KEY_LIFE = 280;
  /** What is larger does not go through a socket, which the server closes when it is too large. In characters. */
  var FRAME = 50000;
  /** A longer pause between two attempts does not spare the server anything. */
  var LONGEST_PAUSE = 30;
  /** What is sent and not answered for so long is sent again. */
  var UNANSWERED = 30;
  /** The tab that holds the connection for others says so every second, and is missed after this. */
  var MISSED = 3;

  function nothing() {}

  function now() {
    return new Date().getTime() / 1000;
  }

  /** Does something after a time, in place of what another timer would do. */
  function later(seconds, todo, other) {
    clearTimeout(other);
    return setTimeout(todo, seconds * 1000);
  }

  function each(list, todo) {
    for (var i = 0; i < list.length; i++) {
      todo(list[i]);
    }
  }

  /** A word that nobody else has. */
  function unique() {
    return now() + "" + Math.random();
  }

  /** The value that the text stands for, or an empty object. */
  function parse(text) {
    try {
      // As a script it comes as an object.
      return (text.charAt ? Perch.JSON.parse(text) : text) || {};
    } catch (e) {
      return {};
    }
  }

  /** Parameters as a query. What is undefined is left out, and each value of a list has the name. */
  function query(parameters) {
    var text = "", name;

    function add(value) {
      if (value !== undefined && parameters.hasOwnProperty(name)) {
        text += (text ? "&" : "?") + name + "=" + encodeURIComponent(value);
      }
    }

    for (name in parameters) {
      each([].concat(parameters[name]), add);
    }
    return text;
  }

  /** The base with a slash at its end, and absolute where there is a page to be relative to. */
  function absolute(base) {
    var page = root.location;
    base = base.replace(/\/*$/, "/");
    return !page || /^\w+:/.test(base) ? base
      : page.protocol + (/^\/\//.test(base) ? "" : "//" + page.host)
        + (/^\//.test(base) ? "" : page.pathname.replace(/[^\/]*$/, "")) + base;
  }

  /** Whether who stands at one cursor has all that lies up to the other, which has the same epoch then. */
  function reaches(one, other) {
    var offsets = /^(\w+)\.(\d+)\D* \1\.(\d+)/.exec(one + " " + other);
    return one === other || offsets && +offsets[2] >= +offsets[3];
  }

  /**
   * Asks the server for something. done(status, text, retryAfter) is called once; the status is 0 when there was no
   * answer. The result takes the request back.
   */
  function ask(method, url, token, type, body, done) {
    var xhr = Perch.xhr();
    xhr.open(method, url, true);
    token && xhr.setRequestHeader("Authorization", "Bearer " + token);
    type && xhr.setRequestHeader("Content-Type", type);
    xhr.onreadystatechange = function () {
      var status = 0, text, pause;
      if (xhr.readyState > 3) {
        xhr.onreadystatechange = nothing;
        try {
          // Internet Explorer throws here when it had no answer.
          status = xhr.status;
          text = xhr.responseText;
          pause = status > 399 && xhr.getResponseHeader("Retry-After");
        } catch (e) {}
        done(status, text, +pause);
      }
    };
    xhr.send(body);
    return function () {
      xhr.onreadystatechange = nothing;
      xhr.abort();
    };
  }

  /** Whether requests get there: to the page's own server, or to any where the browser knows how to ask others. */
  function reachable(base) {
    var xhr;
    try {
      xhr = Perch.xhr();
      return !root.location || base.indexOf(absolute("/")) === 0 || "withCredentials" in xhr;
    } catch (e) {}
  }

  // ---- views: each opens a link, and returns what closes it ----

  /**
   * Asks again and again, with Perch.ask if not said. The first answer is wanted at once, to see that the way is free
   * and where it begins.
   */
  function polling(ask) {
    return function (link) {
      var first = true, stop, timer;

      function poll() {
        var asked = now(), wait = first ? 0 : link.wait;
        first || link.expect(wait + 10);
        stop = link.look(function (status, answer, pause) {
          var messages = answer.messages;
          if (messages) {
            // An empty answer that comes too soon is somebody's on the way, who must not make this a storm.
            timer = later(first || messages.length || now() - asked > 1 ? 0 : 1, poll);
            first = false;
            link.hear(answer);
          } else {
            link.lost(status, pause, answer);
          }
        }, wait, ask);
      }

      poll();
      return function () {
        clearTimeout(timer);
        stop();
      };
    };
  }

  /** Hears what a socket or a stream says. */
  function listening(source, link) {
    source.onmessage = function (event) {
      link.hear(parse(event.data));
    };
    return function () {
      source.close();
    };
  }

  function socket(link) {
    var words = { 1001: "drain", 4001: "superseded", 4002: "deleted" };
    // The format stands in the address, since a subprotocol may get lost on the way.
    var socket = new WebSocket(link.url({ beat: 1, format: "json" }).replace(/^http/, "ws"));
    socket.onclose = function (event) {
      words[event.code] ? link.hear({ ended: words[event.code] }) : link.lost();
    };
    link.send = function (text) {
      socket.send(text);
    };
    return listening(socket, link);
  }

  function stream(link) {
    var source = new EventSource(link.url({ format: "sse", envelope: 1, beat: 1 }));
    // It may want to come back by itself, or have given up for good: a new one does for both.
    source.onerror = function () {
      link.lost();
    };
    return listening(source, link);
  }

  var views = [
    { name: "socket", can: function () { return root.WebSocket; }, open: socket },
    { name: "stream", can: function () { return root.EventSource; }, open: stream },
    { name: "poll", can: reachable, open: polling() }
  ];

  // ---- a client ----

  function Perch(base, options) {
    var self = this;
    var handlers = {};
    var closed, paused, page = root.document || {};
    options = options || {};
    base = absolute(base);

    var probe = options.probe || 6;

    // Where it reads, and how far it has got.
    var topics = [].concat(options.topics || []);
    var path = options.mailbox ? "mailbox/" + encodeURIComponent(options.mailbox)
      : topics.length ? "topic/" + encodeURIComponent(topics.shift())
      : options.broadcast && "broadcast";
    var name = "perch " + base + path + query({ topic: topics });
    // A tab goes on where it was, a new one where the last has been.
    var cursor = options.remember && (stored("session") || stored("local")) || options.after;
    var anew;

    // The views that may get through, which one is tried, how often all have failed, what is connected now, and by when
    // something is to be heard.
    var usable = [], at, failures, proved = {};
    var current, drop = nothing, timer, due;

    // A token that is a function gives one when it is asked; null is none yet.
    var askToken = typeof options.token === "function" && options.token;
    var token = askToken ? null : options.token, asked, renewed;

    // What is to be sent; the first of it may be under way, and the link that it takes if it is not a request. Of that
    // one: since when it is tried, how often it has failed, why, and before when the server does not want it again.
    var queue = [], sending, carrier, sendTimer;
    var since, tries = 0, why, notBefore;

    // Tabs that share a connection: the way to the others, since when this one leads, and when another was heard of.
    var tabs, leading, heardOf = 0, catching, candidacy, clock;

    /** What the browser keeps as the cursor; undefined where a page may not even ask for it. */
    function stored(kind, value) {
      try {
        kind = root[kind + "Storage"];
        return value ? kind.setItem(name, value) : kind.getItem(name);
      } catch (e) {}
    }

    // ---- events ----

    function call(todo, a, b) {
      try {
        todo(a, b);
      } catch (e) {
        // A fault of the page shows in its console and stops nothing here.
        later(0, function () { throw e; });
      }
    }

    function emit(event, value) {
      each(handlers[event] || [], function (handler) {
        call(handler, value);
      });
    }

    function set(state) {
      if (self.state !== state) {
        self.state = state;
        emit("state", state);
        tellTabs();
      }
    }

    function error(message, problem) {
      var e = new Error(problem && problem.detail || message);
      e.problem = problem;
      return e;
    }

    /** It makes no sense to go on. */
    function fail(message, problem) {
      emit("error", error(message, problem));
      close();
    }

    /** Goes on to a place, unless it has been there. */
    function advance(to) {
      if (anew || !reaches(cursor, to)) {
        anew = false;
        cursor = to;
        return true;
      }
    }

    /** Takes what a view, or another tab, has heard. */
    function take(heard) {
      var before = cursor;
      if (heard.gap) {
        // It was a place in another store, or ahead of this one: what comes next is not measured by it.
        anew = heard.gap.why === "epoch";
        emit("gap", heard.gap);
      }
      each(heard.messages || (heard.time ? [heard] : []), function (message) {
        // Who only watches goes on so.
        if (!closed && advance(message.id + (/-w$/.exec(cursor) || ""))) {
          emit("message", message);
        }
      });
      if (!closed) {
        heard.cursor && advance(heard.cursor);
        if (cursor !== before || heard.gap) {
          if (options.remember) {
            stored("session", cursor);
            stored("local", cursor);
          }
          say({ heard: heard, before: before });
        }
        if (heard.ended === "deleted") {
          // All tabs are to know, wherever they are.
          say({ heard: heard });
          fail("deleted");
        }
      }
    }

    // ---- the connection ----

    function start() {
      usable = [];
      each(views, function (view) {
        if ((options.view || view.name) === view.name && view.can(base, options.view)) {
          usable.push(view);
        }
      });
      at = failures = 0;
      drop();
      retry(0);
    }

    function retry(seconds) {
      seconds && set("waiting");
      timer = later(seconds, connect, timer);
    }

    /** Full jitter: anything up to a time that doubles, after the least, which all who were refused have been told. */
    function backoff(failures, least) {
      return (least || 0) + Math.random() * Math.min(LONGEST_PAUSE, Math.pow(2, failures));
    }

    function url(parameters) {
      parameters.topic = topics;
      parameters.after = cursor;
      parameters._ = unique();
      return base + path + query(parameters);
    }

    /**
     * Asks for messages that are there, or come within a time, with Perch.ask if not said. Without a time none is
     * wanted, and without a cursor none is taken before there is one: an answer that got lost would be lost for good.
     * done(status, answer, retryAfter) is called once; the result takes it back.
     */
    function look(done, wait, ask) {
      var parameters = { wait: wait || 0, limit: cursor && wait >= 0 ? undefined : 0 };
      return (ask || Perch.ask)("GET", url(parameters), token, "", null, function (status, text, pause) {
        var answer = parse(text);
        answer = answer.problem || answer;
        done(status, answer, pause || answer.retryAfter);
      });
    }

    /** Where to begin is known, or asked again; the third time without an answer it goes on without. */
    function beginThere(status, answer, pause) {
      clearTimeout(timer);
      cursor = cursor || answer.cursor;
      if (cursor || failures > 1) {
        connect(true);
      } else if (!refused(status, answer)) {
        retry(backoff(failures++, pause));
      }
    }

    function connect(blind) {
      var link, view = usable[at], open, patience, silence, shut = nothing;

      /** Unless something is heard within this time, and again within it, the link is lost. */
      function expect(seconds) {
        patience = seconds;
        due = now() + seconds;
        silence = later(seconds, lost, silence);
      }

      function hear(heard) {
        if (link === current) {
          expect(heard.beat ? 2 * heard.beat + 5 : patience);
          if (!heard.ended || heard.messages) {
            open || opened();
            renewed = heard.ended === "token" && renewed;
          }
          take(heard);
          sent(heard);
          // A poll that is over is followed by the next.
          if (link === current && heard.ended && !(heard.messages && /wait|gone/.test(heard.ended))) {
            if (heard.ended === "token") {
              lost(401);
            } else if (open || /^(drain|superseded)$/.test(heard.ended)) {
              drop();
              at = 0;
              retry(heard.retry / 1000 || (heard.ended === "superseded" ? 20 : 1) * (1 + Math.random()));
            } else {
              // It was refused, and a poll is told why.
              lost(0, heard.retry / 1000);
            }
          }
        }
      }

      /** Something gets through. A view that was tried before this one, and never did, is not tried again. */
      function opened() {
        open = proved[view.name] = true;
        while (!failures && at && !proved[usable[at - 1].name]) {
          usable.splice(--at, 1);
        }
        failures = 0;
        self.view = view.name;
        set("open");
        pump();
      }

      function lost(status, pause, problem) {
        if (link === current) {
          drop();
          if (refused(status, problem)) {
            return;
          }
          if (!open && usable[at + 1]) {
            at++;
            retry(0);
          } else {
            at = 0;
            retry(backoff(failures++, pause));
            // A socket or a stream that is refused is not told why; whoever asks is.
            open || status >= 0 || look(function (status, answer) {
              current || refused(status, answer);
            });
          }
        }
      }

      if (closed || paused || current || !path || (tabs && !leading)) {
        return;
      }
      if (!view) {
        fail("load perch-legacy.js");
        return;
      }
      set("connecting");
      if (token === null) {
        renewToken();
        return;
      }
      if (!cursor && blind !== true && usable[at + 1]) {
        // What a view is handed that then does not get through would be lost, so it gets a place to begin at.
        drop();
        drop = look(beginThere);
        timer = later(probe, function () {
          drop();
          beginThere(0, {});
        }, timer);
        return;
      }
      current = link = {
        wait: options.wait || 25,
        // A view that is no request can send the token in the address only.
        url: function (parameters) {
          parameters.access_token = token || undefined;
          return url(parameters);
        },
        look: look,
        expect: expect,
        hear: hear,
        lost: lost
      };
      drop = function () {
        current = null;
        drop = nothing;
        clearTimeout(silence);
        shut();
        if (carrier === link) {
          sending = null;
        }
      };
      expect(probe);
      try {
        shut = view.open(link);
        link === current || shut();
      } catch (e) {
        // The page's policy forbids it, perhaps.
        lost();
      }
    }

    /** Whether there is no use in asking again: then a new token is fetched, or this is the end. */
    function refused(status, problem) {
      var last = status === 401 || problem && /^urn:perch/.test(problem.type) && status < 500 && status !== 429;
      if (renewable(status)) {
        // The views before this one were refused for that, too, perhaps.
        at = 0;
        connect();
      } else if (last) {
        fail("token", problem);
      }
      return last;
    }

    // ---- tokens ----

    function renewToken() {
      if (!asked) {
        asked = true;
        askToken(function (fresh) {
          asked = false;
          token = fresh || "";
          connect();
          pump();
        });
      }
    }

    /** Whether there will be another token, if it is for that. If the other is refused, too, it is the last. */
    function renewable(status) {
      if (status === 401 && askToken && (asked || !renewed)) {
        renewed = true;
        token = null;
        return true;
      }
    }

    // ---- sending: one message at a time, so that they arrive in order ----

    self.send = function (to, data, more, done) {
      var plain = typeof data === "string", words, item;
      if (more && more.call) {
        done = more;
        more = 0;
      }
      more = more || {};
      data = data === undefined ? null : data;
      to = to.replace(/^\//, "");
      words = { key: unique(), from: more.from || options.mailbox, type: more.type, ttl: more.ttl, except: more.except };
      item = {
        url: base + encodeURI(to) + query(words),
        type: plain ? "text/plain" : "application/json",
        body: plain ? data : Perch.JSON.stringify(data),
        key: words.key,
        done: done || nothing
      };
      words.to = to;
      words.data = data;
      // A reply goes to a path of its own, where sockets do not. Half of a character would make a frame no JSON.
      words = Perch.JSON.stringify(words);
      item.frame = !/^reply|\\ud/.test(to + words) && words;
      if (closed || queue.length >= (options.queue || 100)) {
        later(0, function () { item.done(error(closed ? "closed" : "the queue is full")); });
      } else {
        // Whoever has waited longer goes first, in his own time.
        queue.push(item) < 2 && pump();
      }
    };

    /** Sends the first of the queue, if it can be sent now. */
    function pump() {
      var item = queue[0], stop = nothing;

      function posted(status, text, pause) {
        sending === item && answered(status, parse(text), pause);
      }

      if (closed || paused || sending || !item || now() < notBefore || (path && self.state !== "open")) {
        return;
      }
      if (token === null) {
        renewToken();
        return;
      }
      since = since || now();
      if (now() - since > KEY_LIFE) {
        finish(why || error("it may have been sent"));
        return;
      }
      sending = item;
      sendTimer = later(UNANSWERED, function () {
        stop();
        // A socket that leaves a message unanswered may go on reading, but what is sent takes the other way.
        if (carrier) {
          carrier.send = null;
        }
        posted(0);
      }, sendTimer);
      carrier = current && current.send && item.frame && item.frame.length < FRAME && current;
      if (carrier) {
        carrier.send(item.frame);
      } else {
        stop = Perch.ask("POST", item.url, token, item.type, item.body, posted);
      }
    }

    /** The socket has answered a message, perhaps. */
    function sent(heard) {
      if (sending && sending.key === (heard.sent || heard.key)) {
        answered(heard.sent ? 200 : heard.problem.status, heard.problem || heard);
      }
    }

    /** What can come right is sent again under the same key, and so is never there twice. */
    function answered(status, answer, pause) {
      sending = null;
      clearTimeout(sendTimer);
      if (renewable(status)) {
        pump();
        return;
      }
      why = status < 300 ? null : error("status " + status, answer);
      if (!status || status === 429 || status > 499) {
        pause = pause || answer.retryAfter;
        notBefore = pause && now() + pause;
        sendTimer = later(backoff(tries++, pause), function () {
          notBefore = 0;
          pump();
        });
      } else {
        finish(why, answer.id);
      }
    }

    function finish(problem, id) {
      renewed = renewed && problem;
      since = tries = why = notBefore = 0;
      call(queue.shift().done, problem, id);
      pump();
    }

    // ---- tabs: one of them leads, and hands on what it hears ----

    function say(words) {
      if (tabs && (leading || words.hello)) {
        tabs.postMessage(words);
      }
    }

    function tellTabs() {
      say({ leads: leading, state: self.state, cursor: cursor });
    }

    function hearTab(event) {
      var words = event.data;
      if (closed || paused) {
        return;
      }
      if (words.hello) {
        tellTabs();
      } else if (words.bye) {
        leading || candidate();
      } else if (leading > words.leads) {
        tellTabs();
      } else if (words.leads) {
        rest();
        heardOf = now();
        catchUp(words.cursor);
        set(words.state);
        pump();
      } else if (!leading) {
        catchUp(words.before) || take(words.heard);
      }
    }

    /** Whether it is not as far as another tab yet; then it fetches by itself what it has missed. */
    function catchUp(where) {
      cursor = cursor || where;
      var behind = where && !reaches(cursor, where);
      if (behind && !catching) {
        catching = true;
        look(function (status, answer) {
          catching = false;
          if (renewable(status)) {
            // What the leading tab says next has it try again.
            renewToken();
          } else if (answer.messages && !leading && !closed) {
            renewed = false;
            take(answer);
            // Nothing comes any more when the place lies in a store that is gone.
            answer.messages.length && catchUp(where);
          }
        }, 0);
      }
      return behind;
    }

    /** Neither reads nor is about to. */
    function rest() {
      leading = 0;
      drop();
      clearTimeout(timer);
      clearTimeout(candidacy);
    }

    /** Leads soon unless another tab says that it does: of many that are waiting for it one comes first. */
    function candidate() {
      say({ hello: 1 });
      candidacy = later(0.1 + Math.random() / 5, lead, candidacy);
    }

    function lead() {
      rest();
      leading = now() + Math.random() / 1000;
      start();
      tellTabs();
    }

    /** Tells every second that this tab leads, or sees whether another one still does. */
    function tick() {
      if (leading) {
        tellTabs();
      } else if (!paused && Math.abs(now() - heardOf) >= MISSED) {
        // The timers of hidden pages run once a minute. That nothing was heard may be for that.
        page.hidden ? candidate() : lead();
      }
    }

    // ---- the life of the page ----

    function begin() {
      paused = false;
      if (tabs) {
        candidate();
      } else {
        start();
        path || pump();
      }
    }

    /** The page is left, perhaps for the back/forward cache. */
    function leave() {
      paused = true;
      say({ bye: 1 });
      rest();
    }

    function close() {
      var left = queue;
      if (!closed) {
        leave();
        closed = true;
        set("closed");
        clearTimeout(sendTimer);
        clearInterval(clock);
        each(offs, function (off) { off(); });
        tabs && tabs.close();
        queue = [];
        sending = null;
        each(left, function (item) {
          call(item.done, error("closed"));
        });
      }
    }

    self.state = "connecting";
    self.close = close;
    self.cursor = function () { return cursor; };
    self.on = function (event, handler) {
      handlers[event] = (handlers[event] || []).concat(handler);
      return self;
    };

    // An unload handler would keep the page out of the back/forward cache, so only those get it that know no other.
    var offs = [
      Perch.listen(root, "onpagehide" in root ? "pagehide" : "unload", leave),
      Perch.listen(root, "pageshow", function () { paused && begin(); }),
      // The network is another one: what is known of it does not count any more.
      Perch.listen(root, "online", start),
      Perch.listen(root, "offline", start),
      // While the machine slept no timer ran.
      Perch.listen(page, "visibilitychange", function () { current && now() > due && current.lost(); })
    ];

    if (options.shared && path && Perch.Tabs) {
      tabs = new Perch.Tabs(name);
      tabs.onmessage = hearTab;
      clock = setInterval(tick, 1000);
    }
    begin();
  }

  // ---- what perch-legacy.js adds to ----

  Perch.views = views;
  Perch.polling = polling;
  Perch.reachable = reachable;
  Perch.ask = ask;
  Perch.JSON = root.JSON;
  Perch.Tabs = root.BroadcastChannel;
  Perch.xhr = function () { return new XMLHttpRequest(); };

  /** Calls on an event of the browser; the result takes it back. */
  Perch.listen = function (target, type, todo) {
    if (!target.addEventListener) {
      return nothing;
    }
    target.addEventListener(type, todo);
    return function () {
      target.removeEventListener(type, todo);
    };
  };

  return Perch;
}));
