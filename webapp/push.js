// SPDX-License-Identifier: Apache-2.0

/*
 * A backend and two of its users on one page. Each user reads a mailbox; the backend puts something in one of them, or
 * broadcasts.
 */
(function () {
  var MOST_SHOWN = 100;
  var BELL = "M13 3.5a6 6 0 0 0-6 6v4.2l-2 3.8h16l-2-3.8V9.5a6 6 0 0 0-6-6zM10.8 20.5a2.3 2.3 0 0 0 4.4 0";

  var byId = Page.byId, say = Page.say, add = Page.add;
  var users = [];

  // ---- a user ----

  function bell(parent) {
    var ns = "http://www.w3.org/2000/svg";
    var picture = document.createElementNS(ns, "svg");
    var path = document.createElementNS(ns, "path");
    picture.setAttribute("viewBox", "0 0 26 26");
    path.setAttribute("d", BELL);
    picture.appendChild(path);
    parent.appendChild(picture);
  }

  /** Whether one place lies behind another in the same store. */
  function behind(id, other) {
    var a = id.split("."), b = (other || "").split(".");
    return a[0] !== b[0] || parseInt(a[1], 10) > parseInt(b[1], 10);
  }

  function User(name) {
    var pane = add(byId("users"), "div", "pane user");
    var head = add(pane, "div", "head");
    var title = add(head, "h2", "", name);
    var chip = add(title, "span", "state", "connecting");
    var ringing = add(head, "span", "bell");
    var badge = add(ringing, "span", "badge");
    var inbox = add(pane, "div", "inbox");
    var empty = add(inbox, "p", "empty", "Nothing for " + name + " yet.");
    var foot = add(pane, "div", "foot");
    var read = add(foot, "button", "read", "Mark all as read");
    var seen = Page.kept("seen-" + name), newest = seen, unread = 0;
    var perch = new Perch(Page.base(), { mailbox: name, after: "start", token: Page.token() });

    pane.id = "user-" + name;
    pane.setAttribute("role", "region");
    pane.setAttribute("aria-label", name);
    inbox.setAttribute("role", "log");
    inbox.setAttribute("tabindex", "0");
    inbox.setAttribute("aria-label", "What " + name + " has got, newest first");
    read.type = "button";
    bell(ringing);

    function count() {
      var all = 0, i;
      say(badge, unread ? "" + unread : "");
      read.disabled = !unread;
      for (i = 0; i < users.length; i++) {
        all += users[i].unread();
      }
      document.title = (all ? "(" + all + ") " : "") + "Push - Perch";
    }

    function show(message) {
      var data = message.data && message.data.title ? message.data : { title: "Message", text: Page.body(message) };
      var fresh = behind(message.id, seen);
      var item = Page.make("div", fresh ? "news unread" : "news");
      var words = typeof data.text === "object" ? JSON.stringify(data.text) : data.text;
      add(item, "strong", "", data.title);
      if (words) {
        add(item, "p", "", words);
      }
      add(item, "span", "when", Page.clock(message.time, true));
      if (message.topic) {
        add(item, "span", "tag topic", message.topic === "_broadcast" ? "to everyone" : message.topic);
      }
      if (empty.parentNode) {
        inbox.removeChild(empty);
      }
      inbox.insertBefore(item, inbox.firstChild);
      while (inbox.childNodes.length > MOST_SHOWN) {
        inbox.removeChild(inbox.lastChild);
      }
      newest = message.id;
      if (fresh) {
        unread++;
        ringing.className = "bell";
        setTimeout(function () { ringing.className = "bell rings"; }, 20);
        notify(data.title, words, message.id);
      }
      count();
    }

    /** By the browser itself, when it may and the page is not looked at. */
    function notify(title, words, id) {
      if (window.Notification && Notification.permission === "granted" && document.hidden) {
        try {
          new Notification(name + ": " + title, { body: words || "", icon: "favicon.svg", tag: name + id });
        } catch (e) {
          // Some phones have it for service workers only.
        }
      }
    }

    read.onclick = function () {
      var all = inbox.childNodes, i;
      seen = newest;
      unread = 0;
      Page.keep("seen-" + name, seen);
      for (i = 0; i < all.length; i++) {
        all[i].className = all[i].className.replace(" unread", "");
      }
      ringing.className = "bell";
      count();
    };
    perch.on("message", show);
    perch.on("state", function () { Page.state(chip, perch); });
    perch.on("error", function (error) {
      if (empty.parentNode) {
        inbox.removeChild(empty);
      }
      inbox.insertBefore(Page.make("p", "error", Page.trouble(error, "This inbox has ended")), inbox.firstChild);
    });
    Page.state(chip, perch);
    count();
    this.name = name;
    this.unread = function () { return unread; };
    this.foot = foot;
    this.perch = perch;
  }

  // ---- the backend ----

  function path() {
    return byId("to-all").checked ? "broadcast" : "mailbox/" + users[byId("to-1").checked ? 1 : 0].name;
  }

  function content() {
    return { title: byId("title").value, text: byId("text").value.replace(/\r\n?/g, "\n") };
  }

  function showSame() {
    say(byId("same"), Page.curl(path(), JSON.stringify(content()), true));
  }

  function report(words, bad) {
    byId("answer").className = bad ? "answer bad" : "answer";
    say(byId("answer"), words);
  }

  function push() {
    if (!content().title) {
      report("It needs a title.", true);
      byId("title").focus();
      return;
    }
    report("Sending\u2026");
    backend.send(path(), content(), function (error) {
      report(error ? Page.trouble(error, "It was not sent")
        : "Stored, at " + Page.clock(new Date().getTime(), true) + ".", error);
    });
  }

  /** A button that asks whether the browser may notify, where that is not decided yet. */
  function offerNotifications() {
    var button;
    if (window.Notification && Notification.permission === "default") {
      button = add(users[0].foot, "button", "", "Notify me when I am elsewhere");
      button.type = "button";
      button.onclick = function () {
        Notification.requestPermission(function () { Page.show(button, false); });
      };
    }
  }

  /** Two names may stand in the address: #carol,dave. */
  function names() {
    var given = Page.hash().split(",");
    var first = Page.isName(given[0]) ? given[0] : "alice";
    var second = Page.isName(given[1] || "") ? given[1] : "bob";
    return [first, second !== first ? second : first === "bob" ? "alice" : "bob"];
  }

  var backend = new Perch(Page.base(), { token: Page.token() });
  names().forEach(function (name, i) {
    users.push(new User(name));
    say(byId("to-" + i + "-name"), name);
    byId("to-" + i).onclick = showSame;
  });
  byId("to-all").onclick = byId("title").oninput = byId("text").oninput = showSame;
  byId("push").onsubmit = function () {
    push();
    return false;
  };
  say(byId("page"), '<script src="' + Page.base() + 'perch.min.js"><' + "/script>\n<script>\n"
    + '  new Perch("' + Page.base() + '", { mailbox: "' + users[0].name + '", remember: true })\n'
    + '    .on("message", function (m) { show(m.data.title, m.data.text); });\n<' + "/script>");
  Page.copying(byId("same").previousSibling.previousSibling, byId("same"));
  Page.copying(byId("page").previousSibling.previousSibling, byId("page"));
  window.onhashchange = function () { location.reload(); };
  offerNotifications();
  showSame();
}());
