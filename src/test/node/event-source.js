// An EventSource of npm against a server: node event-source.js PACKAGE URL
// Prints a line for each time it is open, for each message and for each gap, and goes on until it is ended.
'use strict';
const [name, url] = process.argv.slice(2);
const found = require(name);
const EventSource = found.EventSource || found.EventSourcePolyfill;

const source = new EventSource(url);
source.onopen = () => console.log('open');
source.onmessage = event => console.log('message ' + JSON.parse(event.data).message);
source.addEventListener('said', event => console.log('said ' + event.data));
source.addEventListener('gap', event => console.log('gap ' + event.data));
source.onerror = () => { if (source.readyState === 2) console.log('given up'); };
