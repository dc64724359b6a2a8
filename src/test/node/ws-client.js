// The npm client "ws" against a server: node ws-client.js ws://host:port
'use strict';
const WebSocket = require('ws');
const place = process.argv[2];

function open(path, protocols) {
  return new Promise((done, fail) => {
    const socket = new WebSocket(place + path, protocols || []);
    const waiting = [];
    const come = [];
    socket.on('message', (data, binary) => {
      const item = binary ? data : data.toString();
      if (waiting.length) waiting.shift()(item); else come.push(item);
    });
    socket.next = () => come.length ? Promise.resolve(come.shift()) : new Promise(got => waiting.push(got));
    socket.over = () => new Promise(got => socket.on('close', got));
    socket.on('open', () => done(socket));
    socket.on('error', fail);
  });
}

function same(expected, actual) {
  require('assert').deepStrictEqual(actual, expected);
}

async function main() {
  const one = await open('/');
  const two = await open('/');
  one.send('hello');
  same('hello', await two.next());
  two.send('and you');
  same('and you', await one.next());

  const alice = await open('/mailbox/alice', ['perch']);
  same('perch', alice.protocol);
  same('', alice.extensions);
  alice.send(JSON.stringify({to: 'mailbox/bob', data: {n: 1}, key: 'k1'}));
  same('k1', JSON.parse(await alice.next()).sent);
  const bob = await open('/mailbox/bob?to=mailbox/alice');
  same('{"n":1}', await bob.next());
  bob.send(Buffer.from([1, 2, 255]));
  same('AQL/', JSON.parse(await alice.next()).base64);
  const large = 'ü'.repeat(100000);
  bob.send(large);
  same(large, JSON.parse(await alice.next()).data);
  alice.send('nonsense');
  same(400, JSON.parse(await alice.next()).problem.status);

  const pong = new Promise(got => bob.on('pong', data => got(data.toString())));
  bob.ping('there?');
  same('there?', await pong);
  bob.close(1000);
  same(1000, await bob.over());
  alice.send('x'.repeat(300000));
  same(1009, await alice.over());
  one.terminate();
  two.terminate();
  console.log('all is well');
}

main().catch(error => { console.error(error); process.exit(1); });
