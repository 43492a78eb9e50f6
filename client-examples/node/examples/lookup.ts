// Looks up 10,000 people through a pipeline: submit all, await each.
import { Gateway } from 'dirlease-client';
import { environment } from './environment.js';

const { address, dn, password, base } = environment();
const people = 10_000;

using gateway = new Gateway(address, { plaintext: true });
await using lease = await gateway.open({ credentials: { simple: { dn, password } }, label: 'lookup' });
await using pipeline = lease.pipeline();

const begin = performance.now();
const answers = Array.from({ length: people }, (_, n) =>
  pipeline.search({
    baseDn: `ou=people,${base}`,
    filter: '(uid={0})',
    filterArgs: [`user.${n}`],
    attributes: ['cn', 'mail'],
  }),
);
let found = 0;
for (const answer of answers) found += (await answer).entries.length;

const seconds = (performance.now() - begin) / 1000;
console.log(`${found} of ${people} found in ${seconds.toFixed(2)} s: ${Math.round(people / seconds)} a second`);
