// SPDX-License-Identifier: Apache-2.0

/*
 * What Internet Explorer 6 to 9 and browsers of their time lack for perch.js; to be loaded after it. Nothing is added
 * but to Perch, and only what is missing: JSON without eval, requests by ActiveX, events by attachEvent, requests to
 * other servers by XDomainRequest or, where there is no other way, as scripts (JSONP).
 */
(function (root, extend) {
  extend(root, typeof module === "object" && module.exports ? require("./perch.js") : root.Perch);
}(typeof self === "undefined" ? typeof global === "undefined" ? this : global : self, function (root, Perch) {
  var page = root.location;
  var document = root.document;
  var counter = 0;

  function nothing() {}

  // ---- JSON ----

  var TOKENS = /[\[\]{}:,]|"(?:[^"\\\x00-\x1f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?|true|false|null|[^\s]/g;
  var ESCAPED = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
  var UNSAFE = /["\\\x00-\x1f\x7f-\x9f\u2028\u2029]/g;

  /** Reads the text token by token; nothing of it is run. */
  function parse(text) {
    var tokens = text.match(TOKENS) || [], at = 0;

    function fail() {
      throw new Error("not JSON");
    }

    function string(token) {
      return token.slice(1, -1).replace(/\\(u[\da-fA-F]{4}|.)/g, function (all, what) {
        return what.length > 1 ? String.fromCharCode(parseInt(what.slice(1), 16)) : ESCAPED[what] || what;
      });
    }

    /** What stands up to the closing bracket, part by part. */
    function parts(end, part) {
      if (tokens[at] === end) {
        at++;
        return;
      }
      do {
        part();
      } while (tokens[at++] === ",");
      tokens[at - 1] === end || fail();
    }

    function value() {
      var token = tokens[at++] || fail(), found, name;
      if (token === "{") {
        found = {};
        parts("}", function () {
          name = tokens[at++] || fail();
          name.length > 1 && name.charAt(0) === "\"" && tokens[at++] === ":" || fail();
          name = string(name);
          found[name] = value();
        });
        return found;
      }
      if (token === "[") {
        found = [];
        parts("]", function () {
          found.push(value());
        });
        return found;
      }
      return token.length > 1 && token.charAt(0) === "\"" ? string(token)
        : token === "true" ? true
        : token === "false" ? false
        : token === "null" ? null
        : /^-?\d/.test(token) ? +token
        : fail();
    }

    var result = value();
    at < tokens.length && fail();
    return result;
  }

  function quote(text) {
    return "\"" + text.replace(UNSAFE, function (character) {
      return "\\u" + ("000" + character.charCodeAt(0).toString(16)).slice(-4);
    }) + "\"";
  }

  /** As JSON.stringify does it: undefined and functions are left out, and in a list they are null. */
  function stringify(value) {
    var type = typeof value, parts = [], name, text;
    if (value && typeof value.toJSON === "function") {
      return stringify(value.toJSON());
    }
    if (value === null || type === "boolean" || type === "number") {
      return type === "number" && !isFinite(value) ? "null" : String(value);
    }
    if (type === "string") {
      return quote(value);
    }
    if (type !== "object") {
      return undefined;
    }
    switch (Object.prototype.toString.call(value)) {
    case "[object String]":
    case "[object Number]":
    case "[object Boolean]":
      return stringify(value.valueOf());
    case "[object Date]":
      return quote(iso(value));
    case "[object Array]":
      for (name = 0; name < value.length; name++) {
        parts.push(stringify(value[name]) || "null");
      }
      return "[" + parts.join(",") + "]";
    default:
      for (name in value) {
        text = Object.prototype.hasOwnProperty.call(value, name) && stringify(value[name]);
        text && parts.push(quote(name) + ":" + text);
      }
      return "{" + parts.join(",") + "}";
    }
  }

  function iso(date) {
    function digits(number, count) {
      return ("00" + number).slice(-count);
    }
    return date.getUTCFullYear() + "-" + digits(date.getUTCMonth() + 1, 2) + "-" + digits(date.getUTCDate(), 2)
      + "T" + digits(date.getUTCHours(), 2) + ":" + digits(date.getUTCMinutes(), 2)
      + ":" + digits(date.getUTCSeconds(), 2) + "." + digits(date.getUTCMilliseconds(), 3) + "Z";
  }

  if (!root.JSON) {
    Perch.JSON = { parse: parse, stringify: stringify };
  }

  // ---- events ----

  if (!root.addEventListener && root.attachEvent) {
    Perch.listen = function (target, type, todo) {
      target.attachEvent("on" + type, todo);
      return function () {
        target.detachEvent("on" + type, todo);
      };
    };
  }

  // ---- requests to the page's own server ----

  if (!root.XMLHttpRequest && root.ActiveXObject) {
    Perch.xhr = function () {
      var names = ["MSXML2.XMLHTTP.6.0", "MSXML2.XMLHTTP.3.0", "Microsoft.XMLHTTP"], i;
      for (i = 0; i < 2; i++) {
        try {
          return new root.ActiveXObject(names[i]);
        } catch (e) {}
      }
      return new root.ActiveXObject(names[2]);
    };
  }

  // ---- requests to others ----

  /** XDomainRequest gets to servers of the page's own scheme only. */
  function crosses(base) {
    return root.XDomainRequest && page && base.indexOf(page.protocol) === 0 && !Perch.reachable(base);
  }

  /** Neither way can send the token in a header. */
  function withToken(url, token) {
    return url + (token ? "&access_token=" + encodeURIComponent(token) : "");
  }

  /** Internet Explorer throws requests away in mid-flight that nobody holds. */
  var flying = {};

  /** It can send no headers, and tells nothing of a request that failed. */
  function askXdr(method, url, token, type, body, done) {
    var xdr = flying[++counter] = new root.XDomainRequest(), number = counter;

    function end(status) {
      if (flying[number]) {
        delete flying[number];
        done(status, status ? xdr.responseText : "", 0);
      }
    }

    xdr.open(method, withToken(url, token) + (/json/.test(type) ? "&json=1" : ""));
    // Without all of them, set after open, it is now and then aborted.
    xdr.onprogress = nothing;
    xdr.onload = function () { end(200); };
    xdr.onerror = xdr.ontimeout = function () { end(0); };
    xdr.timeout = 200000;
    setTimeout(function () { flying[number] && xdr.send(body || ""); }, 0);
    return function () {
      if (flying[number]) {
        delete flying[number];
        xdr.abort();
      }
    };
  }

  /** The answer is a script, which calls a function of the page. */
  function askScript(method, url, token, type, body, done) {
    var script = document.createElement("script"), name = "perch_" + new Date().getTime() + "_" + counter++, over;

    function end(status, answer) {
      if (!over) {
        over = true;
        // An answer may still come, and must find somebody.
        root[name] = nothing;
        script.onload = script.onerror = script.onreadystatechange = null;
        script.parentNode && script.parentNode.removeChild(script);
        done && done(status, answer, 0);
      }
    }

    /** It has been loaded, but may not have been run yet. */
    function loaded() {
      setTimeout(function () { end(0); }, 0);
    }

    root[name] = function (answer) {
      end(answer.problem ? answer.problem.status : 200, answer);
    };
    script.onload = script.onerror = loaded;
    script.onreadystatechange = function () {
      /loaded|complete/.test(script.readyState) && loaded();
    };
    script.src = withToken(url, token) + "&callback=" + name;
    (document.getElementsByTagName("head")[0] || document.documentElement).appendChild(script);
    return function () {
      done = null;
      end();
    };
  }

  var ask = Perch.ask;

  /** What is sent takes the way that gets there. */
  Perch.ask = function (method, url, token, type, body, done) {
    return (crosses(url) ? askXdr : ask)(method, url, token, type, body, done);
  };

  Perch.views.push({ name: "xdr", can: crosses, open: Perch.polling(askXdr) });
  Perch.views.push({
    name: "jsonp",
    can: function (base, asked) { return document && (asked || !Perch.reachable(base) && !crosses(base)); },
    open: Perch.polling(askScript)
  });

  // ---- words between tabs, where there is no BroadcastChannel ----

  /** What one tab stores the others are told of. */
  function Tabs(name) {
    var self = this, me = new Date().getTime() + "" + Math.random();
    var off = Perch.listen(root, "storage", function (event) {
      var words = event.key === name + " tabs" && event.newValue && (root.JSON || Perch.JSON).parse(event.newValue);
      // Internet Explorer tells the tab itself as well.
      if (words && words.by !== me) {
        self.onmessage({ data: words.words });
      }
    });
    self.postMessage = function (words) {
      words = { by: me, n: counter++, words: words };
      try {
        root.localStorage.setItem(name + " tabs", (root.JSON || Perch.JSON).stringify(words));
      } catch (e) {}
    };
    self.close = off;
  }

  try {
    Perch.Tabs = Perch.Tabs || root.localStorage && root.addEventListener && Tabs;
  } catch (e) {}
}));
