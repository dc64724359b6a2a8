// A world for perch.js to live in: a clock that a test moves, a server, and a network that fails as the test's dice say.
'use strict';
const fs = require('fs');
const vm = require('vm');

/** Numbers that look like chance and are the same for the same seed. */
function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6D2B79F5 >>> 0;
    let t = Math.imul(state ^ state >>> 15, state | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
}

/** Time that passes only when run() is called, in milliseconds; pages are told what differs from it by the skew. */
class Clock {
  constructor() {
    this.now = 1800000000000;
    this.skew = 0;
    this.timers = [];
    this.last = 0;
  }

  after(millis, todo, every) {
    const timer = {id: ++this.last, at: this.now + Math.max(0, millis || 0), todo, every};
    this.timers.push(timer);
    return timer.id;
  }

  cancel(id) {
    this.timers = this.timers.filter(timer => timer.id !== id);
  }

  /** Lets time pass until a condition holds; false when it did not in time. */
  run(millis, until) {
    const end = this.now + millis;
    for (;;) {
      if (until && until()) return true;
      const next = this.timers.reduce((a, b) => !a || b.at < a.at || b.at === a.at && b.id < a.id ? b : a, null);
      if (!next || next.at > end) {
        this.now = end;
        return !until || until();
      }
      this.now = next.at;
      if (next.every) next.at += next.every; else this.cancel(next.id);
      next.todo();
    }
  }
}

/** A server with one mailbox. It keeps what it is sent and answers reads, as src/docs/api.md has it. */
class Server {
  constructor(clock) {
    this.clock = clock;
    this.messages = [];
    this.keys = {};
    this.waiting = new Set();
    this.offset = 0;
    this.handed = 0;
  }

  publish(data, key) {
    if (key && this.keys[key]) return this.keys[key];
    const id = 'k1.' + (this.offset += 1 + this.offset % 3);
    this.messages.push({id, time: this.clock.now, data});
    if (key) this.keys[key] = id;
    [...this.waiting].forEach(reader => reader());
    return id;
  }

  static place(cursor) {
    return cursor === 'start' ? 0 : +/\.(\d+)/.exec(cursor)[1];
  }

  after(offset, limit) {
    return this.messages.filter(m => Server.place(m.id) > offset).slice(0, limit);
  }

  /** Sets the store back to its first messages, as from a copy of the disk. */
  setBack(count) {
    this.messages = this.messages.slice(0, count);
    this.offset = this.handed = Server.place(this.messages[count - 1].id);
    this.keys = {};
  }

  /** The gap that a place is answered with that this store has not got to. */
  ahead(offset) {
    return offset > this.offset ? {gap: {why: 'epoch'}} : null;
  }

  /** What a poll is answered with, when it is; the result takes it back. */
  poll(query, answer) {
    if (query.limit === '0') {
      answer({cursor: 'k1.' + this.handed, messages: [], ended: 'wait'});
      return () => {};
    }
    const at = query.after ? Server.place(query.after) : this.handed;
    const gap = this.ahead(at);
    const from = gap ? 0 : at;
    let timer;
    const done = ended => {
      this.clock.cancel(timer);
      this.waiting.delete(look);
      const found = this.after(from, 5);
      const end = found.length ? found[found.length - 1].id : 'k1.' + from;
      this.handed = Math.max(this.handed, Server.place(end));
      answer(Object.assign(ended ? {cursor: 'k1.' + from, messages: [], ended} : {cursor: end, messages: found}, gap));
    };
    const look = () => this.after(from, 1).length && done();
    this.waiting.add(look);
    timer = this.clock.after(query.wait * 1000, () => done('wait'));
    look();
    return () => {
      this.clock.cancel(timer);
      this.waiting.delete(look);
    };
  }

  /** Objects without end; the result ends them. */
  stream(query, beat, say) {
    let at = query.after ? Server.place(query.after) : this.handed;
    const gap = this.ahead(at);
    if (gap) {
      at = 0;
      say(gap);
    }
    const tell = () => say({beat, cursor: 'k1.' + at});
    const look = () => {
      for (const message of this.after(at, 100)) {
        at = Server.place(message.id);
        this.handed = Math.max(this.handed, at);
        say(message);
      }
    };
    tell();
    const timer = this.clock.after(beat * 1000, tell, beat * 1000);
    this.waiting.add(look);
    look();
    return () => {
      this.clock.cancel(timer);
      this.waiting.delete(look);
    };
  }
}

/**
 * One browser with its tabs. faults says how often something breaks, 0 to 1, and can be changed at any time; lacks
 * names what the browser does not have; allows says which tokens the server takes; asked counts requests.
 */
class Browser {
  constructor(clock, random, server, lacks = []) {
    Object.assign(this, {clock, random, server, lacks, faults: 0, buffering: false, connections: 0, most: 0});
    this.channels = [];
    this.refused = {};
    this.stores = {local: Browser.store(), session: Browser.store()};
    this.allows = () => true;
    this.asked = 0;
  }

  static store() {
    const kept = {};
    return {getItem: name => name in kept ? kept[name] : null, setItem: (name, value) => { kept[name] = value; }};
  }

  breaks() {
    return this.random() < this.faults;
  }

  later(todo) {
    return this.clock.after(this.random() * 40, todo);
  }

  /** Whoever was refused for a second stays away for a second; the clock of pages knows no parts of a millisecond. */
  checkPause(key) {
    if (this.clock.now + 1 < this.refused[key]) throw new Error('Retry-After was not honoured');
  }

  opened(by) {
    this.connections += by;
    this.most = Math.max(this.most, this.connections);
  }

  static query(url) {
    return Object.fromEntries(new URL(url, 'http://here/').searchParams);
  }

  /** One request: the server may not get it, or its answer may not come. done(status, text, header). */
  exchange(method, url, body, done, token) {
    let takeBack = () => {};
    let over = false;
    const end = (...outcome) => {
      if (!over) {
        over = true;
        takeBack();
        this.opened(-1);
        done(...outcome);
      }
    };
    this.opened(1);
    this.asked++;
    const query = Browser.query(url);
    this.checkPause(query.key);
    this.later(() => {
      if (over) return;
      if (this.breaks()) {
        const refused = this.random() < 0.3;
        if (refused && query.key) this.refused[query.key] = this.clock.now + 1000;
        return end(refused ? 503 : 0, '{}', '1');
      }
      if (!this.allows(token || query.access_token)) return this.later(() => end(401, '{"status": 401, "detail": "no"}'));
      const answer = (status, json) => this.later(() => this.breaks() ? end(0, '') : end(status, JSON.stringify(json)));
      if (method === 'POST') {
        answer(201, {id: this.server.publish(body, query.key)});
      } else {
        takeBack = this.server.poll(query, json => answer(200, json));
      }
    });
    return () => {
      if (!over) {
        over = true;
        takeBack();
        this.opened(-1);
      }
    };
  }

  /** A connection that stays: opens, says things in order, breaks. */
  connect(url, beat, said, broke) {
    let stop = () => {};
    let over = false;
    let timers = [];
    let soonest = 0;
    let silent = false;
    const end = code => {
      if (!over) {
        over = true;
        stop();
        timers.forEach(timer => this.clock.cancel(timer));
        this.opened(-1);
        if (code) broke(code);
      }
    };
    this.opened(1);
    this.asked++;
    this.later(() => {
      if (over) return;
      if (this.breaks() || !this.allows(Browser.query(url).access_token)) return end(1006);
      stop = this.server.stream(Browser.query(url), beat, object => {
        // What a proxy holds back it never gives out here.
        silent = silent || this.buffering;
        if (silent) return;
        if (this.breaks()) {
          // Nothing comes any more, and nobody says so; or the connection breaks.
          silent = true;
          if (this.random() < 0.5) timers.push(this.later(() => end(1006)));
          return;
        }
        // What was said first comes first.
        soonest = Math.max(soonest, this.clock.now + this.random() * 40);
        const text = JSON.stringify(object);
        timers.push(this.clock.after(soonest - this.clock.now, () => said(text)));
      });
      if (over) stop();
    });
    return end;
  }

  /** Opens a tab; the result is its global object, with Perch in it. */
  tab(legacy) {
    const browser = this;
    const listeners = {};
    const intervals = {};
    let inInterval = false;
    let gone = false;
    // A hidden page is let in once a minute: its intervals, and the timers that these set.
    const throttled = millis => global.document.hidden
      ? Math.ceil((this.clock.now + millis) / 60000) * 60000 - this.clock.now : millis;
    const again = (id, todo, millis) => {
      intervals[id] = this.clock.after(throttled(millis), () => {
        if (gone) return;
        again(id, todo, millis);
        inInterval = true;
        todo();
        inInterval = false;
      });
    };
    const global = {
      location: {protocol: 'http:', host: 'here', pathname: '/page.html'},
      console,
      setTimeout: (todo, millis) => this.clock.after(inInterval ? throttled(millis) : millis, () => gone || todo()),
      setInterval: (todo, millis) => {
        const id = ++this.clock.last;
        again(id, todo, millis);
        return id;
      },
      clearTimeout: id => this.clock.cancel(id),
      clearInterval: id => this.clock.cancel(intervals[id]),
      localStorage: this.stores.local,
      sessionStorage: Browser.store(),
      onpagehide: null,
      addEventListener: (type, todo) => (listeners[type] = listeners[type] || []).push(todo),
      removeEventListener: (type, todo) => { listeners[type] = (listeners[type] || []).filter(t => t !== todo); },
      sockets: 0,
      /** The tab ends, and nothing in it is told. */
      crash: () => {
        gone = true;
        browser.channels = browser.channels.filter(channel => channel.tab !== global);
      },
      fire: type => (listeners[type] || []).slice().forEach(todo => todo({persisted: true})),
      WebSocket: function (url) {
        global.sockets++;
        const end = browser.connect(url, 25, text => this.onmessage && this.onmessage({data: text}),
          code => this.onclose && this.onclose({code}));
        this.close = () => end();
        this.send = text => browser.checkPause(JSON.parse(text).key) || browser.later(() => {
          if (browser.breaks()) return end(1006);
          // It may be swallowed, or its answer may, while everything else goes on.
          const swallowed = browser.random() * 4;
          if (swallowed < browser.faults) return;
          const words = JSON.parse(text);
          const id = browser.server.publish(typeof words.data === 'string' ? words.data : JSON.stringify(words.data), words.key);
          if (swallowed < 2 * browser.faults) return;
          browser.later(() => {
            if (browser.breaks()) return end(1006);
            if (this.onmessage) this.onmessage({data: JSON.stringify({sent: words.key, id})});
          });
        });
      },
      EventSource: function (url) {
        const end = browser.connect(url, 15, text => this.onmessage && this.onmessage({data: text}),
          () => this.onerror && this.onerror({}));
        this.close = () => end();
      },
      XMLHttpRequest: function () {
        this.readyState = 0;
        this.withCredentials = false;
        this.open = (method, url) => Object.assign(this, {method, url, readyState: 1});
        this.setRequestHeader = (name, value) => { (this.headers = this.headers || {})[name] = value; };
        this.getResponseHeader = () => this.pause || null;
        this.send = body => {
          this.takeBack = browser.exchange(this.method, this.url, body, (status, text, pause) => {
            Object.assign(this, {status, responseText: text, pause, readyState: 4});
            this.onreadystatechange();
          }, this.headers && (this.headers.Authorization || '').slice(7));
        };
        this.abort = () => this.takeBack && this.takeBack();
      },
      XDomainRequest: function () {
        this.open = (method, url) => Object.assign(this, {method, url});
        this.send = body => {
          ['onprogress', 'onload', 'onerror', 'ontimeout'].forEach(name => {
            if (typeof this[name] !== 'function') throw new Error('without ' + name + ' it may be aborted');
          });
          this.takeBack = browser.exchange(this.method, this.url, body, (status, text) => {
            // It is not told how long it shall wait.
            browser.refused = {};
            this.responseText = text;
            if (status >= 200 && status < 300) this.onload(); else this.onerror();
          });
        };
        this.abort = () => this.takeBack && this.takeBack();
      },
      BroadcastChannel: function (name) {
        const channel = this;
        channel.name = name;
        channel.tab = global;
        browser.channels.push(channel);
        channel.postMessage = data => browser.channels.filter(other => other !== channel && other.name === name)
          .forEach(other => {
            const copy = JSON.stringify(data);
            browser.clock.after(1, () => browser.channels.includes(other) && other.onmessage({data: JSON.parse(copy)}));
          });
        channel.close = () => { browser.channels = browser.channels.filter(other => other !== channel); };
      }
    };
    const head = {
      appendChild: script => {
        script.parentNode = head;
        script.takeBack = this.exchange('GET', script.src, null, (status, text) => {
          const name = Browser.query(script.src).callback;
          if (status !== 200) return script.onerror && script.onerror();
          global[name](JSON.parse(text));
          if (script.onload) script.onload();
        });
      },
      removeChild: script => script.takeBack()
    };
    global.document = {
      hidden: false,
      addEventListener: global.addEventListener,
      removeEventListener: global.removeEventListener,
      createElement: () => ({}),
      getElementsByTagName: () => [head]
    };
    this.lacks.forEach(name => delete global[name]);
    vm.createContext(global);
    // The language's own things are those of the new world, but for time, chance and what an old browser has not.
    global.self = global;
    global.clock = this.clock;
    global.random = this.random;
    vm.runInContext('(function () { var Real = Date; Date = function () { return new Real(clock.now + clock.skew); };'
      + 'Math.random = random; }())' + (this.lacks.includes('JSON') ? '; delete self.JSON' : ''), global);
    for (const file of legacy ? ['perch.js', 'perch-legacy.js'] : ['perch.js']) {
      vm.runInContext(fs.readFileSync(process.env.SCRIPTS + '/' + file, 'utf8'), global, {filename: file});
    }
    return global;
  }
}

module.exports = {dice, Clock, Server, Browser};
