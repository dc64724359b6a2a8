/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The page at "/": publishes to Perch and long-polls a mailbox.
 *
 * It is written in ES3 and keeps to what Internet Explorer 6 has, so that it is also an example for old browsers.
 * A browser without JSON polls with format=text, one message an answer, and reads the rest from the headers.
 *
 * The poll: one at a time; the cursor of each answer goes into the next poll and survives every error; the first poll
 * and the first after an error ask with wait=0, to learn soon whether the server is there.
 */
(function () {
  var WAIT = 25; /* seconds that a poll waits at the server */
  var GRACE = 10; /* seconds that an answer may be late before the poll is given up */
  var LONGEST_BACKOFF = 30; /* seconds */
  var MOST_SHOWN = 200; /* messages kept in the page */
  var NAME = /^[A-Za-z0-9._~@:\-]{1,128}$/;
  var NAME_RULE = "A name is 1 to 128 letters, digits and . _ ~ @ : -";

  var hasJson = typeof JSON !== "undefined" && !!JSON && typeof JSON.parse === "function";
  var base = location.protocol + "//" + location.host + location.pathname.replace(/[^\/]*$/, "");

  /* ---- small things ---- */

  function byId(id) {
    return document.getElementById(id);
  }

  function now() {
    return new Date().getTime();
  }

  function nothing() {}

  function trim(text) {
    return text.replace(/^\s+|\s+$/g, "");
  }

  /* Puts text into an element as a text node, so that nothing in it is ever read as markup. */
  function say(element, text) {
    while (element.firstChild) {
      element.removeChild(element.firstChild);
    }
    if (text) {
      element.appendChild(document.createTextNode(text));
    }
  }

  function make(tag, className, text) {
    var element = document.createElement(tag);
    if (className) {
      element.className = className;
    }
    if (text) {
      element.appendChild(document.createTextNode(text));
    }
    return element;
  }

  function add(parent, tag, className, text) {
    return parent.appendChild(make(tag, className, text));
  }

  function show(element, visible) {
    var bare = element.className.replace(/ ?\bgone\b/, "");
    element.className = visible ? bare : bare + " gone";
  }

  function isName(text) {
    return NAME.test(text) && text !== "." && text !== "..";
  }

  /* A name as a part of an address; "@" and ":" may stand there as they are and read better so. */
  function segment(name) {
    return encodeURIComponent(name).replace(/%40/g, "@").replace(/%3A/g, ":");
  }

  function twoDigits(n) {
    return n < 10 ? "0" + n : "" + n;
  }

  function clock(date) {
    return twoDigits(date.getHours()) + ":" + twoDigits(date.getMinutes()) + ":" + twoDigits(date.getSeconds());
  }

  function plural(n, noun) {
    return n + " " + noun + (n === 1 ? "" : "s");
  }

  /* ---- requests ---- */

  function newRequest() {
    var names = ["MSXML2.XMLHTTP.6.0", "MSXML2.XMLHTTP.3.0", "Microsoft.XMLHTTP"];
    var i;
    if (window.XMLHttpRequest) {
      return new XMLHttpRequest();
    }
    for (i = 0; i < names.length; i++) {
      try {
        return new ActiveXObject(names[i]);
      } catch (e) {
        /* an older one may be there */
      }
    }
    return null;
  }

  /*
   * Sends a request and calls done(answer) once: answer.status is 0 when there was none, and answer.text then says why.
   * Returns a function that gives the request up without calling done.
   */
  function send(method, url, contentType, body, seconds, done) {
    var request = newRequest();
    var timer = null;
    var open = true;

    function close() {
      open = false;
      clearTimeout(timer);
      request.onreadystatechange = nothing; /* before any abort, which would call it; MSXML takes no null */
    }

    function header(name) {
      try {
        return request.getResponseHeader(name) || "";
      } catch (e) {
        return "";
      }
    }

    function fail(why) {
      close();
      done({ status: 0, text: why, header: nothing });
    }

    function answered() {
      var status = 0;
      var text = "";
      if (!open || request.readyState !== 4) {
        return;
      }
      try {
        status = request.status;
        text = request.responseText;
      } catch (e) {
        status = 0; /* old browsers throw when there was no answer */
      }
      if (status < 100 || status > 599 && status !== 1223) {
        fail("the server cannot be reached"); /* 0, or a network error of MSXML above 12000 */
        return;
      }
      close();
      done({ status: status === 1223 ? 204 : status, text: text, header: header });
    }

    function late() {
      var unfinished = request;
      if (open) {
        close();
        unfinished.abort();
        done({ status: 0, text: "the server did not answer in time", header: nothing });
      }
    }

    if (!request) {
      done({ status: 0, text: "this browser has no XMLHttpRequest", header: nothing });
      return nothing;
    }
    try {
      request.open(method, url, true);
      if (contentType) {
        request.setRequestHeader("Content-Type", contentType);
      }
      request.onreadystatechange = answered;
      timer = setTimeout(late, seconds * 1000);
      request.send(body);
    } catch (e) {
      fail("the request could not be sent");
    }
    return function () {
      if (open) {
        close();
        request.abort();
      }
    };
  }

  function parse(text) {
    try {
      return hasJson ? JSON.parse(text) : null;
    } catch (e) {
      return null;
    }
  }

  /* A member of a small JSON object whose shape is known, for browsers without JSON: a plain string or a number. */
  function member(text, name) {
    var found = new RegExp('"' + name + '"\\s*:\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(-?[0-9]+))').exec(text);
    return found ? (found[1] || found[2] || "").replace(/\\(["\\\/])/g, "$1") : "";
  }

  /* What went wrong, in words: from application/problem+json, or else what is known. */
  function trouble(answer) {
    var title = "";
    var detail = "";
    var problem;
    if (answer.status === 0) {
      return answer.text;
    }
    if (answer.header("Content-Type").indexOf("problem+json") >= 0) {
      problem = parse(answer.text) || { title: member(answer.text, "title"), detail: member(answer.text, "detail") };
      title = problem.title || "";
      detail = problem.detail || "";
    }
    return answer.status + (title ? " " + title : "") + (detail ? ": " + detail : "");
  }

  /* Seconds of Retry-After, which may also be a date; 0 without one. */
  function retryAfter(answer) {
    var value = answer.header("Retry-After") || "";
    var date;
    if (/^[0-9]+$/.test(value)) {
      return parseInt(value, 10);
    }
    date = value ? Date.parse(value) : NaN;
    return isNaN(date) ? 0 : Math.max(0, Math.ceil((date - now()) / 1000));
  }

  /* ---- curl lines ---- */

  function quote(text) {
    return "'" + text.replace(/'/g, "'\\''") + "'";
  }

  function address(path) {
    var url = base + path;
    return /^[A-Za-z0-9_.:\/@%\-]+$/.test(url) ? url : quote(url);
  }

  function curlPublish(path, text, json) {
    var line = "curl";
    if (json) {
      line += " -H 'Content-Type: application/json'";
    } else if (/^message=/.test(text)) {
      line += " -H 'Content-Type: text/plain'"; /* curl's own type would make it a form */
    }
    /* -d would read a file when the text begins with "@" */
    return line + (text.charAt(0) === "@" ? " --data-raw " : " -d ") + quote(text) + " " + address(path);
  }

  /* A button that copies what stands in a pre, where the browser lets a page copy. */
  function addCopy(parent, pre) {
    var button;
    if (!navigator.clipboard || !navigator.clipboard.writeText) {
      return;
    }
    button = add(parent, "button", "copy", "Copy");
    button.type = "button";
    button.onclick = function () {
      function back() {
        say(button, "Copy");
      }
      function copied() {
        say(button, "Copied");
        setTimeout(back, 1500);
      }
      function refused() {
        say(button, "Not allowed");
        setTimeout(back, 1500);
      }
      navigator.clipboard.writeText(pre.firstChild.nodeValue).then(copied, refused);
    };
  }

  /* ---- the pane that publishes ---- */

  var names = { mailbox: "", topic: "news", broadcast: "" };
  var ownName = false; /* whether a mailbox was typed here; until then it is the one read beside it */
  var target = "mailbox";
  var sending = false;

  function text() {
    return byId("body").value.replace(/\r\n?/g, "\n");
  }

  function publishPath() {
    var type = trim(byId("type").value);
    var path = target === "broadcast" ? "broadcast" : target + "/" + segment(names[target]);
    return path + (type ? "?type=" + encodeURIComponent(type) : "");
  }

  function showSame() {
    say(byId("same"), curlPublish(publishPath(), text(), byId("as-json").checked));
  }

  function chooseTarget() {
    target = byId("to-topic").checked ? "topic" : byId("to-broadcast").checked ? "broadcast" : "mailbox";
    show(byId("name-field"), target !== "broadcast");
    say(byId("name-label"), target === "topic" ? "Topic" : "Mailbox");
    byId("name").value = names[target];
    showSame();
  }

  function typed() {
    var name = trim(byId("name").value);
    if (target !== "broadcast" && name !== names[target]) {
      names[target] = name;
      ownName = ownName || target === "mailbox";
    }
    showSame();
  }

  function reportSent(className, words, id) {
    var box = byId("answer");
    say(box, "");
    box.className = "answer " + className;
    if (id) {
      add(box, "code", "", id);
      words = " " + words;
    }
    box.appendChild(document.createTextNode(words));
  }

  function sent(answer) {
    var receipt;
    var woken;
    var seconds;
    sending = false;
    byId("send").disabled = false;
    if (answer.status === 201) {
      receipt = parse(answer.text) || { id: member(answer.text, "id"), woken: member(answer.text, "woken") };
      woken = parseInt(receipt.woken, 10) || 0;
      reportSent("good", woken ? "is stored and woke " + plural(woken, "reader") + "."
        : "is stored. Nobody was waiting for it.", receipt.id);
      return;
    }
    seconds = retryAfter(answer);
    reportSent("bad", trouble(answer) + (seconds ? " Try again in " + plural(seconds, "second") + "." : ""));
  }

  function publish() {
    var json = byId("as-json").checked;
    typed();
    if (sending) {
      return;
    }
    if (target !== "broadcast" && !isName(names[target])) {
      reportSent("bad", NAME_RULE + ".");
      byId("name").focus();
      return;
    }
    if (!text()) {
      reportSent("bad", "There is nothing to send yet.");
      byId("body").focus();
      return;
    }
    sending = true;
    byId("send").disabled = true;
    reportSent("", "Sending\u2026");
    send("POST", base + publishPath(), json ? "application/json" : "text/plain; charset=utf-8", text(), 30, sent);
  }

  /* ---- the messages of the pane that reads ---- */

  var empty = byId("empty");

  function bodyOf(message) {
    var data = message.data;
    if (message.base64) {
      return message.base64;
    }
    if (typeof data === "string") {
      return data;
    }
    return hasJson && typeof data !== "undefined" ? JSON.stringify(data, null, 2) : "";
  }

  function insert(item) {
    var log = byId("log");
    show(empty, false);
    log.insertBefore(item, log.firstChild);
    while (log.childNodes.length > MOST_SHOWN) {
      log.removeChild(log.lastChild);
    }
  }

  /* A part of the line above a message, or nothing when the message has no such part. */
  function addPart(head, className, words) {
    if (words) {
      add(head, "span", className, words);
      head.appendChild(document.createTextNode(" "));
    }
  }

  function showMessage(message) {
    var item = make("div", "message");
    var head = add(item, "div", "head");
    var time = typeof message.time === "number" ? new Date(message.time) : null;
    addPart(head, "time", time && clock(time));
    addPart(head, "tag topic", message.topic === "_broadcast" ? "broadcast" : message.topic);
    addPart(head, "tag", message.type);
    addPart(head, "tag", message.contentType && message.contentType + (message.base64 ? ", base64" : ""));
    addPart(head, "from", message.from && "from " + message.from);
    addPart(head, "id", message.id);
    if (time) {
      head.title = time.toString();
    }
    add(item, "pre", typeof message.data === "string" ? "" : "data", bodyOf(message));
    insert(item);
    count++;
    say(byId("count"), "" + count);
  }

  function showNote(className, words) {
    insert(make("div", "note " + className, words));
  }

  function showGap(gap) {
    showNote("gap", gap.why === "epoch"
      ? "Gap: the server has a new store. What it keeps follows, from the oldest on."
      : "Gap: some messages were dropped before they were read here"
        + (gap.why && gap.why !== "retention" ? " (" + gap.why + ")" : "") + ".");
  }

  /* ---- the poll ---- */

  var mailbox = "";
  var cursor = "";
  var polls = 0;
  var count = 0;
  var failures = 0;
  var running = false;
  var paused = false; /* by leaving the page, and not by the button */
  var topicsLoaded = false;
  var probing = true; /* the next poll asks with wait=0 */
  var giveUp = null; /* gives the poll up that is under way */
  var timer = null; /* until the next poll */
  var stamps = 0;
  var phase = "stopped";
  var phaseBegan = 0;
  var phaseEnds = 0;
  var ticker = null;

  function paint() {
    var seconds = phaseEnds ? Math.max(0, Math.ceil((phaseEnds - now()) / 1000))
      : Math.floor((now() - phaseBegan) / 1000);
    var counted = phase === "backing off" || phase === "waiting" || phase === "connecting" && seconds > 0;
    if (byId("state").className !== "state " + phase.replace(" ", "-")) {
      byId("state").className = "state " + phase.replace(" ", "-");
      say(byId("phase"), phase);
    }
    say(byId("seconds"), counted ? seconds + " s" : "");
  }

  function enter(newPhase, ends) {
    phase = newPhase;
    phaseBegan = now();
    phaseEnds = ends || 0;
    paint();
  }

  function tick() {
    if (phase === "answered" && giveUp && now() - phaseBegan > 900) {
      phase = "waiting";
    }
    paint();
  }

  function showError(words) {
    say(byId("error"), words ? "Last error, " + clock(new Date()) + ": " + words : "");
    byId("error").className = "error";
  }

  function schedule(milliseconds) {
    timer = setTimeout(poll, milliseconds);
  }

  /* Tries again after a random time below a bound that doubles with each failure, and not before Retry-After. */
  function backOff(words, seconds) {
    var bound = Math.min(LONGEST_BACKOFF, Math.pow(2, failures)) * 1000;
    var delay = Math.round(Math.random() * bound) + seconds * 1000;
    failures++;
    probing = true;
    if (words) {
      showError(words);
    }
    enter("backing off", now() + delay);
    schedule(delay);
  }

  function halt() {
    clearTimeout(timer);
    timer = null;
    if (giveUp) {
      giveUp();
      giveUp = null;
    }
  }

  function stop() {
    halt();
    clearInterval(ticker);
    running = false;
    say(byId("toggle"), "Start");
    byId("toggle").className = "main";
    enter("stopped");
  }

  function stopFor(why) {
    stop();
    showNote("", why);
  }

  /*
   * An answer in the form of format=text, as the object that format=json gives. Old browsers drop the headers of a 204;
   * nothing came then, and the cursor stays.
   */
  function fromText(answer) {
    var json = { cursor: answer.header("Perch-Cursor"), messages: [], ended: answer.header("Perch-Ended") };
    json.cursorless = answer.status === 204 && !json.cursor;
    var why = answer.header("Perch-Gap");
    if (why) {
      json.gap = { why: why };
    }
    if (answer.status === 200) {
      json.messages[0] = {
        id: answer.header("Message-Id"),
        topic: answer.header("Message-Topic"),
        type: answer.header("Message-Type"),
        from: answer.header("Message-From"),
        data: answer.text
      };
    }
    return json;
  }

  function take(batch, quick) {
    var i;
    failures = 0;
    byId("error").className = "error past";
    cursor = batch.cursor || cursor;
    say(byId("cursor"), cursor || "none yet");
    if (!topicsLoaded && hasJson) {
      topicsLoaded = true; /* and not sooner, since it is the first poll that makes the mailbox */
      loadTopics();
    }
    if (batch.gap) {
      showGap(batch.gap);
    }
    for (i = 0; i < batch.messages.length; i++) {
      showMessage(batch.messages[i]);
    }
    if (batch.ended === "superseded") {
      stopFor("Stopped: a newer poll of this mailbox took over. Start reads on from the same place.");
    } else if (batch.ended === "deleted") {
      stopFor("Stopped: the mailbox was removed. Start makes a new one.");
    } else if (batch.ended === "drain") {
      backOff("the server is going down and asks to come again", 0);
    } else {
      enter("answered");
      /* an empty answer that did not wait must not make a loop that spins */
      schedule(quick && !batch.messages.length ? 1000 : 0);
    }
  }

  function poll() {
    var wait = probing ? 0 : WAIT;
    var began = now();

    function answered(answer) {
      var status = answer.status;
      var batch = null;
      giveUp = null;
      if (status === 200 || status === 204) {
        batch = hasJson ? parse(answer.text) : fromText(answer);
      }
      if (batch && batch.messages && (batch.cursor || batch.cursorless)) {
        probing = false;
        take(batch, wait > 0 && now() - began < 1000);
      } else if (status === 400 || status === 401 || status === 403) {
        showError(trouble(answer));
        stop(); /* the same poll would be refused again */
      } else {
        backOff(status === 200 || status === 204 ? "the answer is not one of Perch" : trouble(answer),
          retryAfter(answer));
      }
    }

    timer = null;
    polls++;
    say(byId("polls"), "" + polls);
    if (phase !== "answered") {
      enter(wait ? "waiting" : "connecting");
    }
    giveUp = send("GET", base + "mailbox/" + segment(mailbox) + "?format=" + (hasJson ? "json" : "text")
      + "&wait=" + wait + (cursor ? "&after=" + encodeURIComponent(cursor) : "")
      + "&_=" + now() + "." + ++stamps, null, null, wait + GRACE, answered);
  }

  function start() {
    halt();
    running = true;
    probing = true;
    failures = 0;
    showError("");
    say(byId("toggle"), "Stop");
    byId("toggle").className = "";
    clearInterval(ticker);
    ticker = setInterval(tick, 500);
    enter("connecting");
    schedule(0);
  }

  /* ---- the mailbox that is read, and its topics ---- */

  function removeTopic(name) {
    var chips = byId("topics").childNodes;
    var i;
    for (i = chips.length - 1; i >= 0; i--) {
      if (chips[i].topic === name) {
        byId("topics").removeChild(chips[i]);
      }
    }
  }

  function addTopic(name) {
    var chip;
    var button;
    removeTopic(name);
    chip = add(byId("topics"), "span", "chip", name);
    chip.topic = name;
    button = add(chip, "button", "", "\u00d7");
    button.type = "button";
    button.title = "Leave " + name;
    button.setAttribute("aria-label", "Leave " + name);
    button.onclick = function () {
      follow("DELETE", name, removeTopic);
    };
  }

  function follow(method, name, done) {
    var reader = mailbox;
    say(byId("topic-error"), "");
    send(method, base + "mailbox/" + segment(reader) + "/topic/" + segment(name), null, null, 30, function (answer) {
      if (reader !== mailbox) {
        return;
      }
      if (answer.status >= 200 && answer.status < 300) {
        done(name);
      } else {
        say(byId("topic-error"), trouble(answer));
      }
    });
  }

  /* Shows what the mailbox follows; a browser without JSON shows what is followed from now on. */
  function loadTopics() {
    var reader = mailbox;
    send("GET", base + "mailbox/" + segment(reader) + "/status?_=" + now() + "." + ++stamps, null, null, 30,
      function (answer) {
        var status = answer.status === 200 ? parse(answer.text) : null;
        var follows = status && status.follows || {};
        var name;
        for (name in follows) {
          if (reader === mailbox && isName(name) && name.charAt(0) !== "_") {
            addTopic(name);
          }
        }
      });
  }

  function addLine(list, words, line) {
    var pair = add(list, "div");
    var title = add(pair, "dt", "", words);
    addCopy(title, add(add(pair, "dd"), "pre", "code", line));
  }

  function showLines() {
    var list = byId("lines");
    var mine = "mailbox/" + segment(mailbox);
    say(list, "");
    addLine(list, "Put a message in this mailbox", curlPublish(mine, "hello", false));
    addLine(list, "Take messages out, or wait for one", "curl " + address(mine));
    addLine(list, "Publish to all who follow a topic", curlPublish("topic/news", "hello", false));
    addLine(list, "Let the mailbox follow it", "curl -X PUT " + address(mine + "/topic/news"));
    addLine(list, "Wait for the next message on a topic", "curl " + address("topic/news"));
    addLine(list, "Read on and lose nothing, whatever breaks", "url=" + address(mine) + "; touch c\nwhile :; do\n"
      + "  curl -fsS -o m --etag-compare c --etag-save n \"$url\" &&\n"
      + "    [ -s n ] && cat m && mv n c || sleep 2\ndone");
  }

  function choose(name) {
    mailbox = name;
    cursor = "";
    polls = 0;
    count = 0;
    byId("mailbox").value = name;
    if (!ownName) {
      names.mailbox = name;
    }
    if (!fromHash()) {
      location.replace("#" + segment(name)); /* no step back to a page without a mailbox */
    } else if (fromHash() !== name) {
      location.hash = segment(name);
    }
    say(byId("log"), "");
    byId("log").appendChild(empty);
    show(empty, true);
    say(byId("polls"), "0");
    say(byId("count"), "0");
    say(byId("cursor"), "none yet");
    say(byId("topic-error"), "");
    say(byId("topics"), "");
    topicsLoaded = false;
    chooseTarget();
    showLines();
  }

  /* The mailbox in the address, or "" when there is none. */
  function fromHash() {
    var name = "";
    try {
      name = decodeURIComponent(location.hash.replace(/^#/, ""));
    } catch (e) {
      name = "";
    }
    return isName(name) ? name : "";
  }

  function aName() {
    var birds = ["wren", "robin", "finch", "swift", "heron", "kite", "lark", "martin", "teal", "plover"];
    return birds[Math.floor(Math.random() * birds.length)] + "-" + Math.floor(1000 + Math.random() * 9000);
  }

  /* Reads the mailbox whose name is in the field; false, with a word why, when it is no name. */
  function readTyped() {
    var name = trim(byId("mailbox").value);
    if (!isName(name)) {
      stop();
      showError(NAME_RULE);
      return false;
    }
    if (name !== mailbox) {
      choose(name);
    }
    start();
    return true;
  }

  /* ---- wiring ---- */

  function preventing(action) {
    return function (event) {
      if (event && event.preventDefault) {
        event.preventDefault();
      }
      action();
      return false;
    };
  }

  byId("publish").onsubmit = preventing(publish);
  byId("to-mailbox").onclick = byId("to-topic").onclick = byId("to-broadcast").onclick = chooseTarget;
  byId("name").onkeyup = byId("name").onchange = byId("name").oninput = typed;
  byId("body").onkeyup = byId("body").onchange = byId("body").oninput = showSame;
  byId("type").onkeyup = byId("type").onchange = byId("type").oninput = showSame;
  byId("as-json").onclick = showSame;
  byId("body").onkeydown = function (event) {
    var e = event || window.event;
    if ((e.ctrlKey || e.metaKey) && e.keyCode === 13) {
      publish();
      byId("body").select();
      return false;
    }
    return true;
  };

  byId("read").onsubmit = preventing(function () {
    if (running && trim(byId("mailbox").value) === mailbox) {
      stop();
    } else {
      readTyped();
    }
  });
  byId("mailbox").onchange = function () {
    if (running) {
      readTyped();
    }
  };
  byId("follow").onsubmit = preventing(function () {
    var name = trim(byId("topic").value) || "news";
    if (!isName(name)) {
      say(byId("topic-error"), NAME_RULE);
      return;
    }
    byId("topic").value = "";
    follow("PUT", name, addTopic);
  });

  function leave() {
    paused = paused || running;
    halt();
  }

  if ("onpagehide" in window) {
    window.onpagehide = leave;
    window.onpageshow = function (event) {
      if (event.persisted && paused) {
        paused = false;
        start();
      }
    };
  } else {
    window.onunload = leave; /* where pagehide is known it would only keep the page out of the history's cache */
  }
  window.onhashchange = function () {
    var name = fromHash();
    if (name && name !== mailbox) {
      choose(name);
      start();
    }
  };

  choose(fromHash() || aName());
  addCopy(byId("same-title"), byId("same"));
  start();
})();
