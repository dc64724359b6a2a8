// What perch.d.ts has to allow, and refuse. It is compiled and not run.
import Perch = require('perch');

const perch = new Perch('/', { mailbox: 'alice', topics: ['news'], remember: true, shared: true, token: use => use('t') });
perch.on('message', m => { const where: string = m.id + m.time.toFixed(); void where; }).on('state', s => s === 'open');
perch.on('gap', gap => gap.why === 'epoch').on('error', e => e.problem?.status.toFixed());
perch.send('mailbox/bob', { hello: 1 }, (problem, id) => problem === null && id);
perch.send('mailbox/bob', 'hello', { type: 'said', ttl: 60 });
const cursor: string | undefined = perch.cursor();
void cursor;
// @ts-expect-error there is no such view
new Perch('/', { view: 'carrier pigeon' });
// @ts-expect-error there is no such event
perch.on('nothing', () => {});
