// SPDX-License-Identifier: Apache-2.0

/*
 * Publishes to a mailbox, and reads it in three ways at once: each pane is a client of its own, with a view given.
 */
(function () {
  var MOST_SHOWN = 100;

  var byId = Page.byId, say = Page.say, add = Page.add;
  var sender = new Perch(Page.base(), { token: Page.token() });
  var perches = [];
  var mailbox;
  var sentAt = {}; // by the id that the server gave: when the button was pressed
  var arrivedAt = {}; // by id: where and when it arrived, as long as it may be one of those that are being sent
  var sending = 0; // so many

  function now() {
    return window.performance && performance.now ? performance.now() : new Date().getTime();
  }

  // ---- what arrives ----

  function bodyOf(message) {
    var data = message.data;
    if (message.base64) {
      return message.base64;
    }
    if (typeof data === "string" || !window.JSON) {
      return String(data);
    }
    return JSON.stringify(data).length < 34 ? JSON.stringify(data) : JSON.stringify(data, null, 2);
  }

  function insert(log, item) {
    if (log.firstChild && /empty/.test(log.firstChild.className)) {
      say(log, "");
    }
    log.insertBefore(item, log.firstChild);
    while (log.childNodes.length > MOST_SHOWN) {
      log.removeChild(log.lastChild);
    }
  }

  function tell(took, id, at) {
    var millis = at - sentAt[id];
    say(took, millis < 10 ? millis.toFixed(1) + " ms" : Math.round(millis) + " ms");
  }

  function showMessage(log, message) {
    var at = now();
    var item = Page.make("div", "message");
    var facts;
    add(item, "pre", "", bodyOf(message));
    facts = add(item, "div", "facts");
    facts.title = message.id;
    add(facts, "span", "", Page.clock(message.time, true));
    if (message.topic) {
      add(facts, "span", "tag topic", message.topic === "_broadcast" ? "everyone" : message.topic);
    }
    if (message.type) {
      add(facts, "span", "tag", message.type);
    }
    if (message.contentType) {
      add(facts, "span", "tag", message.contentType);
    }
    if (message.from) {
      add(facts, "span", "", "from " + message.from);
    }
    var took = add(facts, "span", "took");
    if (sentAt[message.id]) {
      tell(took, message.id, at);
    } else if (sending) {
      arrivedAt[message.id] = (arrivedAt[message.id] || []).concat({ took: took, at: at });
    }
    insert(log, item);
  }

  function showNote(log, words) {
    insert(log, Page.make("div", "note", words));
  }

  /** Opens the client of a pane. */
  function open(pane) {
    var view = pane.getAttribute("data-view");
    var log = pane.querySelector(".log");
    var chip = pane.querySelector(".state");
    var perch;
    say(log, "");
    add(log, "p", "empty", "What is sent to this mailbox shows up here.");
    perch = new Perch(Page.base(), { mailbox: mailbox, view: view, after: "start", token: Page.token() });
    perch.on("message", function (message) { showMessage(log, message); });
    perch.on("gap", function (gap) {
      showNote(log, gap.why === "epoch" ? "Gap: the server has a new store. What it keeps follows."
        : "Gap: some messages were dropped before they were read here.");
    });
    perch.on("error", function (error) {
      showNote(log, error.message === "deleted" ? "The mailbox was removed. Send something, and it is there again."
        : Page.trouble(error, "This view has ended"));
    });
    perch.on("state", function () {
      chip.className = "state " + perch.state;
      say(chip, { open: "connected", waiting: "trying again" }[perch.state] || perch.state);
    });
    perches.push(perch);
  }

  function openAll() {
    var panes = byId("views").querySelectorAll(".view");
    var i;
    for (i = 0; i < perches.length; i++) {
      perches[i].close();
    }
    perches = [];
    for (i = 0; i < panes.length; i++) {
      open(panes[i]);
    }
  }

  // ---- what is sent ----

  function text() {
    return byId("body").value.replace(/\r\n?/g, "\n");
  }

  function path() {
    return byId("everybody").checked ? "broadcast" : "mailbox/" + mailbox;
  }

  function showSame() {
    say(byId("same"), Page.curl(path(), text(), byId("as-json").checked));
  }

  function report(words, bad) {
    byId("answer").className = bad ? "answer bad" : "answer";
    say(byId("answer"), words);
  }

  function closed() {
    for (var i = 0; i < perches.length; i++) {
      if (perches[i].state === "closed") {
        return true;
      }
    }
    return false;
  }

  function publish() {
    var began = now();
    var data = text();
    if (!Page.isName(byId("mailbox").value)) {
      report("A mailbox has a name of 1 to 128 letters, digits and . _ ~ @ : - that does not begin with _", true);
      return;
    }
    if (byId("as-json").checked) {
      try {
        data = JSON.parse(data);
      } catch (e) {
        report("That is not JSON: " + e.message, true);
        return;
      }
    }
    if (closed()) {
      openAll();
    }
    report("Sending\u2026");
    sending++;
    sender.send(path(), data, function (error, id) {
      var arrived = arrivedAt[id] || [];
      if (!--sending) {
        arrivedAt = {};
      }
      if (error) {
        report(Page.trouble(error, "It was not sent"), true);
        return;
      }
      report("Stored as " + id + ".");
      sentAt[id] = began;
      for (var i = 0; i < arrived.length; i++) {
        tell(arrived[i].took, id, arrived[i].at);
      }
    });
  }

  // ---- lines to copy ----

  function line(title, text, wide) {
    var item = add(byId("lines"), "div", wide ? "wide" : "");
    var head = add(item, "dt", "copying");
    var pre = Page.make("pre", wide ? "code script" : "code", text);
    add(head, "span", "", title);
    add(item, "dd").appendChild(pre);
    Page.copying(head, pre);
  }

  function showLines() {
    var here = Page.address("mailbox/" + mailbox);
    say(byId("put"), Page.curl("mailbox/" + mailbox, "hello"));
    say(byId("take"), "curl " + here);
    say(byId("lines"), "");
    line("See what is kept, without waiting", "curl " + Page.address("mailbox/" + mailbox + "?after=start&wait=0"));
    line("Every message as it comes", "curl -N " + Page.address("mailbox/" + mailbox + "?format=sse"));
    line("Publish on a topic", Page.curl("topic/news", '{"n":1}', true));
    line("Let the mailbox follow the topic", "curl -X PUT " + here + "/topic/news");
    line("In a page", '<script src="' + Page.base() + 'perch.min.js"><' + "/script>\n<script>\n"
      + '  var perch = new Perch("' + Page.base() + '", { mailbox: "' + mailbox + '" });\n'
      + '  perch.on("message", function (m) { console.log(m.data); });\n'
      + '  perch.send("mailbox/' + mailbox + '", { hello: 1 });\n<' + "/script>", true);
  }

  function choose(name) {
    mailbox = name;
    byId("mailbox").value = name;
    Page.keep("mailbox", name);
    showSame();
    showLines();
    openAll();
  }

  /** The name of the mailbox is in the address, so that another page can be opened on the same one. */
  function chosen() {
    var name = Page.hash();
    if (name !== mailbox) {
      choose(Page.isName(name) ? name : mailbox || Page.kept("mailbox") || "try-" + Page.word());
    }
  }

  function begin() {
    var heads = document.querySelectorAll(".terminal .copying");
    Page.copying(heads[0], byId("put"));
    Page.copying(heads[1], byId("take"));
    Page.copying(byId("same").parentNode, byId("same"));
    byId("publish").onsubmit = function () {
      publish();
      return false;
    };
    byId("mailbox").onchange = function () {
      if (Page.isName(this.value)) {
        location.hash = this.value;
        choose(this.value);
      }
    };
    byId("body").oninput = byId("as-json").onclick = byId("everybody").onclick = showSame;
    byId("body").onkeydown = function (event) {
      // While a word is being composed, Enter ends the word: in Safari by a key of the number 229.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        publish();
        event.preventDefault();
      }
    };
    window.onhashchange = chosen;
    chosen();
  }

  begin();
}());
