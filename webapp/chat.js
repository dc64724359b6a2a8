// SPDX-License-Identifier: Apache-2.0

/*
 * A chat without a program behind it. A room is the topic room.{name}, which keeps what was said. Each person reads a
 * mailbox of his own together with that topic: the mailbox is what the server knows to be online.
 *
 * ECMAScript 3, and nothing that Internet Explorer 6 has not: with perch-legacy.js it works there, too.
 */
(function () {
  var MOST_SHOWN = 500;
  var TOGETHER = 5 * 60 * 1000; // what one person says within this time stands together, in milliseconds
  var HUES = 8;
  var LONG_ROOM = "The name of the room is too long.";

  var byId = Page.byId, say = Page.say, make = Page.make, add = Page.add, show = Page.show;
  var log = byId("log"), text = byId("text");
  var name, room, perch;
  // A client of its own: what is said still gets to its room when its speaker has gone to another one.
  var sender = new Perch(Page.base(), { token: Page.token() });
  var rooms = ["lobby", "help", "random"];
  var following = true; // the log shows its end, and is to go on doing so
  var lastWho, lastTime, unread = 0;
  var online = {}, told = true; // who is here, by mailbox, and whether the server tells of it
  var awaited = {}; // own lines that have not come back yet, by their numbers
  var number = 0;

  function trim(text) {
    return text.replace(/^\s+|\s+$/g, "");
  }

  /** Any text as a part of a name of Perch, which allows few characters. */
  function coded(text) {
    return text.replace(/[^A-Za-z0-9\-]/g, function (c) { return "~" + c.charCodeAt(0).toString(36) + "."; });
  }

  function decoded(text) {
    return text.replace(/~([0-9a-z]+)\./g, function (all, code) { return String.fromCharCode(parseInt(code, 36)); });
  }

  /** Two of them have room in the name of a mailbox. */
  function isShort(text) {
    return text && coded(text).length <= 60;
  }

  function address(room) {
    return "#" + encodeURIComponent(room);
  }

  // ---- what is said ----

  function atEnd() {
    return log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  }

  function insert(item, own) {
    following = following || own;
    show(byId("empty"), false);
    log.appendChild(item);
    while (log.childNodes.length > MOST_SHOWN) {
      log.removeChild(log.firstChild === byId("empty") ? byId("empty").nextSibling : log.firstChild);
    }
    if (following) {
      toEnd();
    } else {
      show(byId("below"), true);
    }
  }

  function toEnd() {
    following = true;
    log.scrollTop = log.scrollHeight;
    show(byId("below"), false);
  }

  function hue(who) {
    var sum = 0, i;
    for (i = 0; i < who.length; i++) {
      sum = (sum * 31 + who.charCodeAt(i)) % 9973;
    }
    return "c" + sum % HUES;
  }

  function showLine(who, words, time, own) {
    var first = who !== lastWho || time - lastTime > TOGETHER;
    var item = make("div", "line" + (own ? " own" : "") + (first ? " first" : ""));
    var head;
    if (first) {
      head = add(item, "div", "head-of-line");
      add(head, "span", "who " + hue(who), own ? "You" : who);
      head.appendChild(document.createTextNode(" "));
      add(head, "span", "when", Page.clock(time));
    }
    add(item, "span", "words", words);
    insert(item, own);
    lastWho = who;
    lastTime = time;
    return item;
  }

  /** Shows how an own line fares: " unsent", " failed" with a button for another attempt, or "" once it is there. */
  function mark(line, fate, again) {
    var button = line.lastChild;
    line.className = line.className.replace(/ (unsent|failed)\b/, "") + fate;
    if (button.className === "again") {
      line.removeChild(button);
    }
    if (again) {
      add(line, "button", "again", "Not sent. Send again").onclick = again;
    }
  }

  function showNote(words) {
    insert(make("div", "note", words));
    lastWho = null;
  }

  function countUnread() {
    if (document.hidden) {
      unread++;
      document.title = "(" + unread + ") " + room + " - Perch";
    }
  }

  function textOf(value) {
    return typeof value === "string" && value;
  }

  function heard(message) {
    var data = message.data || {};
    var own;
    if (message.topic === "_presence") {
      heardOf(data.mailbox, data.state === "online");
    } else if (message.topic === "room." + coded(room)) {
      own = data.name === name && awaited[data.number + data.tab];
      if (own) {
        delete awaited[data.number + data.tab];
        mark(own, "");
      } else {
        showLine(textOf(data.name) || message.from || "somebody", textOf(data.text) || Page.body(message),
          message.time, data.name === name);
        countUnread();
      }
    } else {
      showNote((message.topic ? "To everyone: " : "To you: ")
        + (textOf(data.text) || textOf(data.title) || Page.body(message)));
    }
  }

  // ---- who is here ----

  function mailboxOf(name) {
    return "chat:" + coded(room) + ":" + coded(name);
  }

  function heardOf(mailbox, here) {
    if (mailbox && mailbox.indexOf(mailboxOf("")) === 0) {
      online[mailbox] = here;
      showPeople();
    }
  }

  function showPeople() {
    var all = [], mailbox, i;
    for (mailbox in online) {
      if (online[mailbox] === true) {
        all.push(decoded(mailbox.slice(mailboxOf("").length)));
      }
    }
    all.sort();
    say(byId("people"), "");
    for (i = 0; i < all.length; i++) {
      add(byId("people"), "div", "person", all[i] === name ? all[i] + " (you)" : all[i]);
    }
    say(byId("many"), all.length ? "" + all.length : "");
    show(byId("hint"), !told);
  }

  // ---- rooms ----

  function showRooms() {
    var list = byId("rooms"), known = false, i, link;
    for (i = 0; i < rooms.length; i++) {
      known = known || rooms[i] === room;
    }
    if (!known) {
      rooms.push(room);
    }
    say(list, "");
    for (i = 0; i < rooms.length; i++) {
      link = add(list, "a", rooms[i] === room ? "room here" : "room", rooms[i]);
      link.href = address(rooms[i]);
      link.onclick = going(rooms[i]);
      list.appendChild(document.createTextNode(" "));
    }
  }

  function going(to) {
    return function () {
      go(to);
      return false;
    };
  }

  function go(to) {
    if (!isShort(to) || to === room && perch) {
      return;
    }
    room = to;
    if (Page.hash() !== room) {
      location.hash = address(room);
    }
    Page.keep("room", room);
    enter();
  }

  function enter() {
    show(byId("join"), false);
    show(byId("chat"), true);
    say(byId("title"), "#" + room);
    say(byId("you"), name);
    document.title = room + " - Perch";
    while (log.lastChild && log.lastChild !== byId("empty")) {
      log.removeChild(log.lastChild);
    }
    show(byId("empty"), true);
    show(byId("below"), false);
    following = true;
    say(byId("error"), "");
    lastWho = null;
    awaited = {};
    online = {};
    showRooms();
    showPeople();
    open();
    text.focus();
  }

  // ---- the connection ----

  function open() {
    var mine;
    if (perch) {
      perch.close();
    }
    mine = perch = new Perch(Page.base(), {
      mailbox: mailboxOf(name),
      topics: told ? ["room." + coded(room), "_presence"] : ["room." + coded(room)],
      after: "start",
      token: Page.token()
    });
    function on(event, todo) {
      perch.on(event, function (value) {
        if (mine === perch) {
          todo(value);
        }
      });
    }
    on("message", heard);
    on("state", function () { Page.state(byId("state"), mine); });
    on("gap", function (gap) {
      online = {};
      showPeople();
      askWhatIsGone(gap.why);
    });
    on("error", function (error) {
      // It does not tell who is here, or not everybody.
      if (told && error.problem && /^40[34]$/.test(error.problem.status)) {
        told = false;
        showPeople();
        open();
      } else {
        say(byId("error"), Page.trouble(error, "You are no longer in the room, load the page again"));
      }
    });
    Page.state(byId("state"), perch);
  }

  /** Who is here is told anew by a server that was started again, which is a gap, too. So the room alone is asked. */
  function askWhatIsGone(why) {
    var path = "topic/room." + coded(room) + "?wait=0&limit=1&after=" + perch.cursor(), asking = perch;
    function answered(status, text) {
      if (asking === perch && (status !== 200 || Perch.JSON.parse(text).gap)) {
        showNote("Some of what was said is gone.");
      }
    }
    if (told && why === "retention") {
      Perch.ask("GET", Page.base() + path, Page.token(), "", null, answered);
    } else {
      answered();
    }
  }

  /** Shows the line at once, dim until it comes back from the room. */
  function speak() {
    var words = trim(text.value), tab = Page.word(), item;
    if (!words) {
      return;
    }
    number++;
    item = showLine(name, words, new Date().getTime(), true);
    awaited[number + tab] = item;
    text.value = "";
    attempt(item, "topic/room." + coded(room), { name: name, text: words, number: number, tab: tab });
  }

  function attempt(item, to, words) {
    mark(item, " unsent");
    say(byId("error"), "");
    sender.send(to, words, function (error) {
      // What has come back meanwhile did get there, whatever became of the answer.
      if (error && / unsent\b/.test(item.className)) {
        mark(item, " failed", function () {
          attempt(item, to, words);
          text.focus();
        });
        say(byId("error"), Page.trouble(error, "It was not sent"));
      }
    });
  }

  // ---- the page ----

  function join() {
    var asked = trim(byId("name").value), to = trim(byId("room").value).replace(/^#/, "") || "lobby";
    if (!isShort(asked) || !isShort(to)) {
      say(byId("join-error"),
        !asked ? "Say what you are called." : isShort(asked) ? LONG_ROOM : "Your name is too long.");
      return;
    }
    name = asked;
    Page.keep("name", name);
    go(to);
  }

  function ask() {
    if (perch) {
      perch.close();
    }
    perch = null;
    show(byId("chat"), false);
    show(byId("join"), true);
    byId("name").value = name || Page.kept("name") || "";
    byId("room").value = room || Page.hash() || Page.kept("room") || "lobby";
    byId(byId("name").value ? "enter" : "name").focus();
  }

  function submits(form, todo) {
    byId(form).onsubmit = function () {
      todo();
      return false;
    };
  }

  submits("join-form", join);
  submits("say", speak);
  submits("other", function () {
    var to = trim(byId("other-room").value).replace(/^#/, "");
    byId("other-room").value = "";
    say(byId("error"), to && !isShort(to) ? LONG_ROOM : "");
    go(to);
  });
  byId("leave").onclick = function () {
    ask();
    return false;
  };
  window.onhashchange = function () {
    var to = Page.hash();
    if (perch && to && to !== room) {
      go(to);
    }
  };
  byId("below").onclick = function () {
    toEnd();
    text.focus();
  };
  window.onresize = function () {
    if (following) {
      toEnd();
    }
  };
  log.onscroll = function () {
    following = atEnd();
    if (following) {
      show(byId("below"), false);
    }
  };
  document.onvisibilitychange = function () {
    if (!document.hidden && unread) {
      unread = 0;
      document.title = room + " - Perch";
    }
  };
  ask();
}());
