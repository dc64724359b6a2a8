// perch.js on random networks: SCRIPTS=webapp node schedules.js FIRST-SEED COUNT
// Whatever breaks, each message comes once and in order to each tab, and each one sent is stored once and in order.
'use strict';
const assert = require('assert');
const {dice, Clock, Server, Browser} = require('./world.js');

const KINDS = [
  {name: 'all views'},
  {name: 'buffering proxy', buffering: true},
  {name: 'no socket', lacks: ['WebSocket']},
  {name: 'polls', lacks: ['WebSocket', 'EventSource', 'BroadcastChannel']},
  {name: 'XDomainRequest', lacks: ['WebSocket', 'EventSource', 'XMLHttpRequest', 'JSON', 'BroadcastChannel'], legacy: true, base: 'http://there/'},
  {name: 'scripts', lacks: ['WebSocket', 'EventSource', 'XMLHttpRequest', 'XDomainRequest', 'JSON'], legacy: true, base: 'http://there/', mute: true},
  {name: 'views that change', changes: true},
  {name: 'shared', shared: true}
];

function run(kind, seed) {
  const random = dice(seed);
  const clock = new Clock();
  const server = new Server(clock);
  const browser = new Browser(clock, random, server, kind.lacks);
  const tabs = [];
  let sent = 0;
  let number = 0;
  const answers = [];
  browser.faults = random() * 0.25;
  browser.buffering = !!kind.buffering;

  function open() {
    const tab = {global: browser.tab(kind.legacy), got: [], from: null};
    tab.perch = new tab.global.Perch(kind.base || '/', {mailbox: 'a', after: kind.shared ? undefined : 'start', shared: kind.shared});
    tab.perch.on('message', m => {
      if (tab.from === null) tab.from = Server.place(m.id);
      tab.got.push(m.id);
    });
    tab.perch.on('error', e => { throw e; });
    tabs.push(tab);
  }

  open();
  for (let i = 0; i < (kind.shared ? 3 : 1); i++) open();
  if (kind.shared) clock.run(2000);
  for (let step = 0; step < 60; step++) {
    const what = random();
    const tab = tabs[Math.floor(random() * tabs.length)];
    if (what < 0.5) {
      server.publish('published ' + number++);
    } else if (what < 0.75 && !kind.mute) {
      tabs[0].perch.send('mailbox/a', 'sent ' + sent++, problem => answers.push(problem));
    } else if (what < 0.8 && tab !== tabs[0]) {
      tab.global.fire('pagehide');
      clock.run(random() * 5000);
      tab.global.fire('pageshow');
    } else if (what < 0.85) {
      tab.global.fire(random() < 0.5 ? 'online' : 'offline');
    } else if (what < 0.88 && kind.changes) {
      browser.buffering = !browser.buffering;
    } else if (what < 0.9 && kind.shared && tabs.length > 2) {
      const closed = tabs.pop();
      closed.global.fire('pagehide');
      if (closed.perch.close) closed.perch.close();
    }
    clock.run(random() * 3000);
  }
  browser.faults = 0;
  browser.buffering = !!kind.buffering;
  const all = () => server.messages.map(m => m.id);
  const last = () => tabs.every(tab => tab.got[tab.got.length - 1] === all()[all().length - 1]);
  assert(clock.run(400000, () => last() && answers.length === sent), 'not all has come: '
    + JSON.stringify(tabs.map(tab => [tab.got.length, tab.perch.state, tab.perch.view])) + ' of ' + all().length
    + ', ' + answers.length + ' of ' + sent + ' answered');
  clock.run(60000);
  for (const tab of tabs) {
    assert.deepStrictEqual(tab.got, all().filter(id => tab.from !== null && Server.place(id) >= tab.from));
    if (!kind.shared) assert.strictEqual(tab.got.length, server.messages.length);
  }
  assert(answers.every(problem => problem === null), String(answers.find(problem => problem)));
  assert.deepStrictEqual(server.messages.map(m => m.data).filter(data => data.startsWith('sent ')),
    Array.from({length: sent}, (_, i) => 'sent ' + i));
  if (kind.shared) assert(browser.connections <= 1, browser.connections + ' connections');
}

const [first, count] = process.argv.slice(2).map(Number);
for (let seed = first; seed < first + count; seed++) {
  for (const kind of KINDS) {
    try {
      run(kind, seed);
    } catch (error) {
      console.error(kind.name + ', seed ' + seed + ': ' + error.stack);
      process.exit(1);
    }
  }
}
console.log(count + ' seeds are well');
