// perch.js in single mishaps: SCRIPTS=webapp node faults.js
'use strict';
const assert = require('assert');
const {dice, Clock, Server, Browser} = require('./world.js');

/** A browser that nothing happens to unless a test says so, with a client that notes what it hears. */
class World {
  constructor(lacks) {
    this.clock = new Clock();
    this.server = new Server(this.clock);
    this.browser = new Browser(this.clock, dice(7), this.server, lacks);
  }

  open(options) {
    const global = this.browser.tab();
    const tab = {global, got: [], errors: [], perch: new global.Perch('/', Object.assign({mailbox: 'a'}, options))};
    tab.perch.on('message', m => tab.got.push(m.data));
    tab.perch.on('error', e => tab.errors.push(e.message));
    return tab;
  }

  waits(seconds, until) {
    return this.clock.run(seconds * 1000, until);
  }
}

const CASES = {
  'who closes while a message is under way is told once'() {
    for (const view of ['socket', 'poll']) {
      const world = new World();
      const {perch} = world.open({view});
      assert(world.waits(5, () => perch.state === 'open'));
      const told = [];
      perch.send('mailbox/a', 'one', problem => told.push(problem && problem.message));
      perch.send('mailbox/a', 'two', problem => told.push(problem && problem.message));
      perch.close();
      world.waits(60);
      assert.deepStrictEqual(told, ['closed', 'closed'], view);
    }
  },

  'with a first token that is over the best view is still used'() {
    const world = new World();
    let asked = 0;
    world.browser.allows = token => token === 'new';
    const {perch, errors} = world.open({token: use => use(asked++ ? 'new' : 'old')});
    assert(world.waits(5, () => perch.state === 'open'));
    assert.strictEqual(perch.view, 'socket');
    assert.strictEqual(asked, 2);
    assert.deepStrictEqual(errors, []);
  },

  'a view that is not told why it is refused asks'() {
    for (const view of ['socket', 'stream']) {
      const world = new World();
      let asked = 0;
      world.browser.allows = token => token === 'new';
      const one = world.open({view, token: use => use(asked++ ? 'new' : 'old')});
      assert(world.waits(10, () => one.perch.state === 'open'), view);
      const other = world.open({view, token: 'old'});
      assert(world.waits(10, () => other.perch.state === 'closed'), view);
      assert.deepStrictEqual(other.errors, ['no']);
    }
  },

  'where no header can be sent the token stands in the address'() {
    for (const view of ['xdr', 'jsonp']) {
      const world = new World(['WebSocket', 'EventSource', 'XMLHttpRequest', view === 'xdr' ? '' : 'XDomainRequest']);
      world.browser.allows = token => token === 'new';
      const {Perch} = world.browser.tab(true);
      const perch = new Perch('http://there/', {mailbox: 'a', token: 'new'});
      assert(world.waits(10, () => perch.state === 'open'), view);
      assert.strictEqual(perch.view, view);
      const other = new Perch('http://there/', {mailbox: 'a', token: 'old'});
      assert(!world.waits(10, () => other.state === 'open'), view);
    }
  },

  'what is deleted ends all tabs'() {
    const world = new World();
    let broke;
    const connect = world.browser.connect;
    world.browser.connect = (url, beat, said, tell) => {
      broke = tell;
      return connect.call(world.browser, url, beat, said, tell);
    };
    const tabs = [world.open({shared: true}), world.open({shared: true})];
    assert(world.waits(5, () => tabs.every(tab => tab.perch.state === 'open')));
    const asked = world.browser.asked;
    broke(4002);
    world.waits(60);
    tabs.forEach(tab => {
      assert.strictEqual(tab.perch.state, 'closed');
      assert.deepStrictEqual(tab.errors, ['deleted']);
    });
    assert.strictEqual(world.browser.asked, asked);
  },

  'a tab that has missed a message fetches it before it takes the next'() {
    const world = new World();
    const tabs = [world.open({shared: true}), world.open({shared: true})];
    assert(world.waits(5, () => tabs.every(tab => tab.perch.state === 'open')));
    const other = tabs.find(tab => !tab.global.sockets);
    const channel = world.browser.channels.find(each => each.tab === other.global);
    const hear = channel.onmessage;
    world.server.publish('one');
    assert(world.waits(5, () => tabs.every(tab => tab.got.length === 1)));
    channel.onmessage = () => {};
    world.server.publish('two');
    assert(world.waits(5, () => tabs.some(tab => tab.got.length === 2)));
    world.waits(0.01);
    channel.onmessage = event => event.data.heard && hear(event);
    world.server.publish('three');
    world.waits(1);
    tabs.forEach(tab => assert.deepStrictEqual(tab.got, ['one', 'two', 'three']));
  },

  'a tab that another one reads for gets a token to fetch what it has missed'() {
    const world = new World();
    let valid = 'new';
    let asked = 0;
    world.browser.allows = token => token === valid;
    const token = use => { asked++; use(valid); };
    const tabs = [world.open({shared: true, token}), world.open({shared: true, token})];
    assert(world.waits(5, () => tabs.every(tab => tab.perch.state === 'open')));
    const other = tabs.find(tab => !tab.global.sockets);
    for (let i = 1; i < 4; i++) {
      world.server.publish('message ' + i);
      assert(world.waits(5, () => tabs.every(tab => tab.got.length === 2 * i - 1)));
      other.global.fire('pagehide');
      world.server.publish('missed ' + i);
      valid = 'newer ' + i;
      world.waits(1);
      other.global.fire('pageshow');
      assert(world.waits(5, () => other.got.length === 2 * i), 'it has ' + other.got);
    }
    assert.deepStrictEqual(other.got, tabs[0].got);
    assert(asked < 9, asked + ' tokens');
  },

  'how long one message took does not count for the next'() {
    for (const view of ['socket', 'poll']) {
      const world = new World();
      const {perch} = world.open({view});
      assert(world.waits(5, () => perch.state === 'open'));
      const told = [];
      for (let i = 1; i < 4; i++) {
        perch.send('mailbox/a', 'hello', problem => told.push(problem));
        world.waits(200);
        assert.deepStrictEqual(told, Array(i).fill(null), view);
      }
    }
  },

  'who are refused together do not come back together'() {
    const world = new World(['WebSocket', 'EventSource']);
    const times = [];
    const exchange = world.browser.exchange;
    world.browser.exchange = (method, url, body, done) => {
      times.push(world.clock.now);
      world.clock.after(1, () => done(503, '{}', '10'));
      return () => {};
    };
    for (let i = 0; i < 40; i++) world.open({view: 'poll'});
    world.waits(5);
    assert.strictEqual(times.length, 40);
    world.waits(8);
    const back = times.slice(40).map(time => time - times[0]);
    assert.strictEqual(back.length, 40);
    assert(Math.min(...back) >= 10000, String(back));
    assert(Math.max(...back) - Math.min(...back) > 500, 'they come within ' + (Math.max(...back) - Math.min(...back)) + ' ms');
    world.browser.exchange = exchange;
  },

  'what was there before is not lost when the first question is'() {
    const world = new World();
    const exchange = world.browser.exchange;
    let refused = 0;
    world.browser.exchange = (method, url, body, done, token) => {
      if (!/limit=0/.test(url) || refused++) return exchange.call(world.browser, method, url, body, done, token);
      world.clock.after(1, () => done(0, ''));
      return () => {};
    };
    // What the socket and the stream are handed gets stuck on the way.
    world.browser.buffering = true;
    world.server.publish('one');
    const {perch, got} = world.open();
    // All is gone for a while, and then there again.
    world.browser.faults = 1;
    world.waits(3);
    world.browser.faults = 0;
    assert(world.waits(60, () => got.length), perch.view + ' at ' + perch.cursor());
    assert.deepStrictEqual(got, ['one']);
  },

  'what was there before is not lost when only the first question is'() {
    for (const answered of [true, false]) {
      const world = new World();
      const exchange = world.browser.exchange;
      let asked = 0;
      world.browser.exchange = (method, url, body, done, token) => {
        if (!/limit=0/.test(url) || asked++) return exchange.call(world.browser, method, url, body, done, token);
        if (answered) world.clock.after(1, () => done(0, ''));
        return () => {};
      };
      // What the socket and the stream are handed gets stuck on the way.
      world.browser.buffering = true;
      world.server.publish('one');
      const {perch, got} = world.open();
      assert(world.waits(60, () => got.length), perch.view + ' at ' + perch.cursor());
      assert.deepStrictEqual(got, ['one']);
    }
  },

  'who cannot ask where to begin goes on without'() {
    const world = new World();
    const exchange = world.browser.exchange;
    world.browser.exchange = (method, url, body, done, token) =>
      /limit=0/.test(url) ? () => {} : exchange.call(world.browser, method, url, body, done, token);
    const {perch} = world.open();
    assert(world.waits(60, () => perch.state === 'open'));
    assert.strictEqual(perch.view, 'socket');
  },

  'who closes while it asks where to begin stays closed'() {
    const world = new World();
    const {perch} = world.open();
    world.browser.faults = 1;
    perch.close();
    world.waits(60);
    assert.strictEqual(perch.state, 'closed');
  },

  'a tab does not ask for ever for what lies in a store that is gone'() {
    const world = new World();
    const leader = world.open({shared: true, after: 'start'});
    assert(world.waits(5, () => leader.perch.state === 'open'));
    const other = world.open({shared: true, after: 'start'});
    assert(world.waits(5, () => other.perch.state === 'open'));
    world.server.publish('one');
    assert(world.waits(5, () => other.got.length === 1));
    const asked = world.browser.asked;
    // As a leader says it that has not noticed yet that the store is another one.
    world.browser.channels.forEach(channel => channel.onmessage({data: {leads: 1e12, state: 'open', cursor: 'k0.9'}}));
    world.waits(2);
    assert(world.browser.asked - asked <= 4, world.browser.asked - asked + ' requests');
  },

  'a store that was set back is a gap, and what comes after it is not lost'() {
    for (const options of [{view: 'socket'}, {view: 'stream'}, {view: 'poll'}, {shared: true}]) {
      const world = new World();
      const tabs = [world.open(options), world.open(options)];
      assert(world.waits(5, () => tabs.every(tab => tab.perch.state === 'open')));
      let gaps = 0;
      tabs.forEach(tab => tab.perch.on('gap', () => gaps++));
      for (const data of ['one', 'two', 'three']) world.server.publish(data);
      assert(world.waits(5, () => tabs.every(tab => tab.got.length === 3)));
      world.server.setBack(1);
      tabs.forEach(tab => tab.global.fire('online'));
      const asked = world.browser.asked;
      assert(world.waits(40, () => gaps === 2), gaps + ' gaps');
      world.waits(1);
      world.server.publish('four');
      assert(world.waits(40, () => tabs.every(tab => tab.got.length === 5)), JSON.stringify(tabs.map(tab => tab.got)));
      world.waits(5);
      tabs.forEach(tab => assert.deepStrictEqual(tab.got, ['one', 'two', 'three', 'one', 'four']));
      assert(world.browser.asked - asked < 12, world.browser.asked - asked + ' requests');
    }
  },

  'after a sleep a connection that is dead is not waited for'() {
    const world = new World();
    const tab = world.open({view: 'socket'});
    assert(world.waits(5, () => tab.perch.state === 'open'));
    const asked = world.browser.asked;
    tab.global.fire('visibilitychange');
    world.waits(1);
    assert.strictEqual(world.browser.asked, asked);
    // From now on nothing comes, and while the machine sleeps no timer runs.
    world.browser.buffering = true;
    world.waits(26);
    world.browser.buffering = false;
    world.clock.skew += 3600000;
    world.server.publish('one');
    tab.global.fire('visibilitychange');
    assert(world.waits(3, () => tab.got.length === 1));
  },

  'a clock that is set back does not keep a tab waiting'() {
    const world = new World();
    const tabs = [world.open({shared: true}), world.open({shared: true})];
    assert(world.waits(5, () => tabs.every(tab => tab.perch.state === 'open')));
    tabs.find(tab => tab.global.sockets).global.crash();
    world.clock.skew = -3600000;
    world.server.publish('one');
    assert(world.waits(10, () => tabs.find(tab => tab.got.length && tab.perch.state === 'open')));
    assert(world.waits(10, () => tabs.every(tab => tab.global.sockets)));
  },

  'hidden tabs do not take the connection from each other'() {
    const world = new World();
    const tabs = [0, 1, 2].map(() => world.open({shared: true}));
    assert(world.waits(5, () => tabs.every(tab => tab.perch.state === 'open')));
    tabs.forEach(tab => { tab.global.document.hidden = true; });
    world.waits(70);
    const asked = world.browser.asked;
    world.waits(600);
    assert.strictEqual(world.browser.asked, asked);
    world.server.publish('one');
    assert(world.waits(5, () => tabs.every(tab => tab.got.length === 1)));
    // The one that leads is gone without a word.
    const left = tabs.filter(tab => tab !== tabs.find(tab => tab.global.sockets) || tab.global.crash());
    assert.strictEqual(left.length, 2);
    world.server.publish('two');
    assert(world.waits(200, () => left.every(tab => tab.got.length === 2)));
  }
};

for (const name of Object.keys(CASES)) {
  try {
    CASES[name]();
  } catch (error) {
    console.error(name + ': ' + error.stack);
    process.exitCode = 1;
  }
}
if (!process.exitCode) console.log(Object.keys(CASES).length + ' mishaps are borne');
