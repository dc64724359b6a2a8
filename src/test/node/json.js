// The JSON of perch-legacy.js against that of the engine: SCRIPTS=webapp node json.js FIRST-SEED COUNT
'use strict';
const assert = require('assert');
const {dice, Clock, Server, Browser} = require('./world.js');

const clock = new Clock();
const Perch = new Browser(clock, dice(1), new Server(clock), ['JSON']).tab(true).Perch;
const CHARACTERS = ['a', 'ü', '"', '\\', '/', '\n', '\u2028', '\u0000', '\ud83d\ude00', '}', ']', ',', ':', ' '];

function value(random, depth) {
  const what = Math.floor(random() * (depth > 4 ? 5 : 7));
  const text = () => Array.from({length: random() * 8}, () => CHARACTERS[Math.floor(random() * CHARACTERS.length)]).join('');
  switch (what) {
    case 0: return null;
    case 1: return random() < 0.5;
    case 2: return Math.floor(random() * 1e6) - 5e5;
    case 3: return random() * Math.pow(10, Math.floor(random() * 40 - 20));
    case 4: return text();
    case 5: return Array.from({length: random() * 5}, () => value(random, depth + 1));
    default: return Object.fromEntries(Array.from({length: random() * 5}, () => ['k' + text(), value(random, depth + 1)]));
  }
}

function plain(found) {
  return JSON.parse(JSON.stringify(found));
}

const [first, count] = process.argv.slice(2).map(Number);
for (let seed = first; seed < first + count; seed++) {
  const random = dice(seed);
  const wanted = value(random, 0);
  const text = JSON.stringify(wanted, null, Math.floor(random() * 3));
  assert.deepStrictEqual(plain(Perch.JSON.parse(text)), wanted, 'seed ' + seed);
  assert.deepStrictEqual(JSON.parse(Perch.JSON.stringify(wanted)), wanted, 'seed ' + seed);
  // Cut anywhere it is no JSON any more, unless it is a number.
  const cut = JSON.stringify([wanted]).slice(0, -1 - Math.floor(random() * 3));
  assert.throws(() => Perch.JSON.parse(cut), /not JSON/, cut);
}
for (const bad of ['', '[1,]', '{"a":1,}', '{a:1}', "{'a':1}", '[1 2]', '{"a" 1}', '1 2', 'alert(1)', '"\n"', '+1', '.5', 'nul', '{"a":1}}']) {
  assert.throws(() => Perch.JSON.parse(bad), /not JSON/, bad);
}
const odd = {date: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), left: undefined, call() {}, list: [undefined, NaN], word: new String('x')};
assert.strictEqual(Perch.JSON.stringify(odd), JSON.stringify(odd));
console.log(count + ' values are well');
