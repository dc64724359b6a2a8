// SPDX-License-Identifier: Apache-2.0

/*
 * Small things that all pages need. ECMAScript 3: Internet Explorer 6 runs it, too.
 */
var Page = (function () {
  var VIEWS = { socket: "WebSocket", stream: "server-sent events", poll: "long polling" };

  function byId(id) {
    return document.getElementById(id);
  }

  /** Puts text into an element as a text node, so that nothing in it is ever read as markup. */
  function say(element, text) {
    while (element.firstChild) {
      element.removeChild(element.firstChild);
    }
    if (text || text === 0) {
      element.appendChild(document.createTextNode(text));
    }
    return element;
  }

  function make(tag, className, text) {
    var element = document.createElement(tag);
    if (className) {
      element.className = className;
    }
    return say(element, text);
  }

  function add(parent, tag, className, text) {
    return parent.appendChild(make(tag, className, text));
  }

  function show(element, visible) {
    var bare = element.className.replace(/ ?\bgone\b/, "");
    element.className = visible ? bare : bare + " gone";
  }

  function twoDigits(n) {
    return n < 10 ? "0" + n : "" + n;
  }

  /** The time of day: hours and minutes, and seconds if they are wanted. */
  function clock(millis, seconds) {
    var date = new Date(millis);
    return twoDigits(date.getHours()) + ":" + twoDigits(date.getMinutes())
      + (seconds ? ":" + twoDigits(date.getSeconds()) : "");
  }

  /** Shows how a client of Perch is, and by which view. */
  function state(element, perch) {
    var view = VIEWS[perch.view] || perch.view;
    var words = { connecting: "connecting", open: view || "connected", waiting: "trying again", closed: "closed" };
    element.className = "state " + perch.state;
    say(element, words[perch.state]);
  }

  /** Whether a page may use it for a mailbox: those that begin with _ are the server's own. */
  function isName(text) {
    return /^[A-Za-z0-9.~@:\-][A-Za-z0-9._~@:\-]{0,127}$/.test(text) && text !== "." && text !== "..";
  }

  /** A word that hardly anybody else has. */
  function word() {
    return Math.random().toString(36).slice(2, 8);
  }

  /** What the browser keeps of this page: null when there is nothing. In a cookie where there is nothing better. */
  function kept(name) {
    var found;
    try {
      if (window.localStorage) {
        return localStorage.getItem("perch-" + name);
      }
    } catch (e) {
      return null;
    }
    found = new RegExp("(?:^|; )perch-" + name + "=([^;]*)").exec(document.cookie);
    return found ? decodeURIComponent(found[1]) : null;
  }

  function keep(name, value) {
    var end = new Date(new Date().getTime() + 365 * 24 * 3600 * 1000);
    try {
      if (window.localStorage) {
        localStorage.setItem("perch-" + name, value);
        return;
      }
    } catch (e) {
      return;
    }
    document.cookie = "perch-" + name + "=" + encodeURIComponent(value) + "; expires=" + end.toUTCString();
  }

  /** The directory of the page, with a slash at its end: where the server is. */
  function base() {
    return location.protocol + "//" + location.host + location.pathname.replace(/[^\/]*$/, "");
  }

  /** The token with which the page was opened, for a server that asks for one; perhaps none. */
  function token() {
    var found = /[?&]access_token=([^&]+)/.exec(location.search);
    return found ? decodeURIComponent(found[1]) : undefined;
  }

  /** The pages are opened with it, too. */
  function passOn() {
    var links = document.getElementsByTagName("a"), i;
    for (i = 0; i < links.length; i++) {
      if (/(\.html|\.\/)$/.test(links[i].getAttribute("href"))) {
        links[i].href = links[i].getAttribute("href") + location.search;
      }
    }
  }

  /** What stands in the address behind the hash, or nothing. */
  function hash() {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch (e) {
      return "";
    }
  }

  /** As one word of a shell. */
  function quote(text) {
    return "'" + text.replace(/'/g, "'\\''") + "'";
  }

  /** The address of a path on this server, for a shell. */
  function address(path) {
    var url = base() + path;
    return /^[A-Za-z0-9_.:\/@%\-]+$/.test(url) ? url : quote(url);
  }

  /** The line of curl that publishes the same. */
  function curl(path, text, json) {
    var line = "curl";
    if (json) {
      line += " --json";
    } else if (/^message=/.test(text)) {
      line += " -H 'Content-Type: text/plain' -d"; // curl's own type would make it a form
    } else {
      line += text.charAt(0) === "@" ? " --data-raw" : " -d"; // which would read a file
    }
    return line + " " + quote(text) + " " + address(path);
  }

  /** A button that copies what stands in a pre, where the browser lets a page copy. */
  function copying(parent, pre) {
    var button, what = pre.getAttribute("aria-label") || parent.textContent;
    function name(words) {
      say(button, words).setAttribute("aria-label", words + ": " + what);
    }
    function report(words) {
      return function () {
        name(words);
        setTimeout(function () { name("Copy"); }, 1500);
      };
    }
    if (navigator.clipboard && navigator.clipboard.writeText) {
      button = add(parent, "button", "copy");
      name("Copy");
      button.type = "button";
      button.onclick = function () {
        navigator.clipboard.writeText(pre.firstChild.nodeValue).then(report("Copied"), report("Not allowed"));
      };
    }
  }

  /** What stands in a message, as a text: JSON as it is written, and of bytes what they are. */
  function body(message) {
    var data = message.data;
    if (message.base64) {
      return message.contentType + ", " + Math.floor(message.base64.replace(/=/g, "").length * 3 / 4) + " bytes";
    }
    return typeof data === "string" ? data : Perch.JSON.stringify(data === undefined ? null : data);
  }

  /** Why there is no coming in without another token. */
  function refusal(problem) {
    return token()
      ? "The server does not take the token in the address of this page" + (problem ? ": " + problem.detail : "") + "."
      : "This server asks for a token. Open the page with ?access_token= and the token at the end of its address.";
  }

  /** What went wrong, as a sentence for whoever looks at the page. The end is for what the server has not explained. */
  function trouble(error, end) {
    var problem = error.problem;
    if (problem ? problem.status === 401 : error.message === "token") {
      return refusal(problem);
    }
    return problem && problem.title ? problem.title + ": " + problem.detail + "." : end + ": " + error.message + ".";
  }

  if (token()) {
    passOn();
  }

  return {
    token: token,
    byId: byId, say: say, make: make, add: add, show: show, clock: clock, state: state, isName: isName, word: word,
    kept: kept, keep: keep, hash: hash, base: base, address: address, curl: curl, copying: copying, body: body,
    trouble: trouble
  };
}());
