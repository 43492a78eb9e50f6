// run gateway|direct: lookups and a search of everybody, through the gateway and by ldapts straight to the directory. One
// JSON line each, with the CPU time that this process took for a lookup or an entry.
import { Gateway } from 'dirlease-client';
import { Client } from 'ldapts';
import { environment } from '../../examples/environment.js';

const { address, dn, password, base } = environment();
const people = `ou=people,${base}`;
const lookups = 10_000;
const rounds = 3;

// The best of some rounds: the first warms up, and the machine may do something else at times.
async function measure(what: 'lookup' | 'search', library: string, outstanding: string, run: () => Promise<number>): Promise<void> {
  let best = { per_second: 0, cpu_us: 0 };
  for (let round = 0; round < rounds; round++) {
    const cpu = process.cpuUsage();
    const begin = performance.now();
    const count = await run();
    const seconds = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (count / seconds > best.per_second) best = { per_second: count / seconds, cpu_us: (user + system) / count };
  }
  const { per_second, cpu_us } = best;
  const figures = { per_second: Math.round(per_second), cpu_us: Math.round(cpu_us * 10) / 10 };
  console.log(JSON.stringify({ what, library, outstanding, ...figures }));
}

async function inFlight(count: number, lookup: (n: number) => Promise<number>): Promise<number> {
  let next = 0;
  let found = 0;
  const worker = async () => {
    while (next < lookups) {
      const entries = await lookup(next++);
      found += entries;
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
  return found;
}

async function throughGateway(): Promise<void> {
  using gateway = new Gateway(address, { plaintext: true });
  await using lease = await gateway.open({ credentials: { simple: { dn, password } }, label: 'bench' });
  const request = (n: number) => ({ baseDn: people, filter: '(uid={0})', filterArgs: [`user.${n}`] });
  await measure('lookup', 'dirlease', 'pipeline', async () => {
    await using pipeline = lease.pipeline();
    const answers = Array.from({ length: lookups }, (_, n) => pipeline.search(request(n)));
    let found = 0;
    for (const answer of answers) found += (await answer).entries.length;
    return found;
  });
  await measure('search', 'dirlease', '1', async () => {
    let count = 0;
    for await (const _ of lease.search({ baseDn: people, filter: '(objectClass=person)' })) count++;
    return count;
  });
}

async function direct(): Promise<void> {
  const client = new Client({ url: process.env.DIRLEASE_LDAP_URI! });
  await client.bind(dn, password);
  try {
    const one = async (n: number) => (await client.search(people, { filter: `(uid=user.${n})` })).searchEntries.length;
    await measure('lookup', 'ldapts', '1', () => inFlight(1, one));
    await measure('lookup', 'ldapts', '64', () => inFlight(64, one));
    await measure('search', 'ldapts', '1', async () => {
      const { searchEntries } = await client.search(people, { filter: '(objectClass=person)' });
      return searchEntries.length;
    });
  } finally {
    await client.unbind();
  }
}

const runs: Record<string, () => Promise<void>> = { gateway: throughGateway, direct };
const run = runs[process.argv[2] ?? ''];
if (!run) throw new Error('run gateway|direct');
await run();
