// The main job: open a lease, stream a search, stop early, see that it was abandoned, compare, modify, unbind.
import { setTimeout as sleep } from 'node:timers/promises';
import { DirleaseError, Gateway, Modification_Type, texts } from 'dirlease-client';
import { environment } from './environment.js';

const { address, dn, password, base } = environment();

using gateway = new Gateway(address, { plaintext: true });
await using lease = await gateway.open({ credentials: { simple: { dn, password } }, label: 'main_job' });
console.log(`lease ${lease.session.sessionId} is ${(await lease.whoAmI()).authorizationId}`);

let read = 0;
const everybody = { baseDn: base, filter: '(objectClass={0})', filterArgs: ['person'], autoPageSize: 0 };
const people = lease.search({ ...everybody, operationId: 'people' });
for await (const person of people) {
  console.log(`${person.dn}: ${texts(person, 'mail').join(', ')}`);
  if (++read === 5) break; // Leaving the loop abandons the search at the directory.
}

while ((await lease.describe()).operations.some((operation) => operation.operationId === 'people')) await sleep(1);
console.log(`stopped after ${read}; the search no longer runs`);

const person = `uid=user.1,ou=people,${base}`;
const { matched } = await lease.compare({ dn: person, attributeType: 'uid', textValue: 'user.1' });
console.log(`${person} has the uid user.1: ${matched}`);

await lease.modify({
  dn: person,
  modifications: [
    { type: Modification_Type.TYPE_REPLACE, attribute: { type: 'description', textValues: ['seen by the Node client'] } },
  ],
});
const { entry } = await lease.getEntry({ dn: person, attributes: ['description'] });
console.log(`description: ${texts(entry!, 'description').join()}`);

try {
  await lease.getEntry({ dn: `uid=nobody,ou=people,${base}` });
} catch (error) {
  if (!(error instanceof DirleaseError)) throw error;
  console.log(`uid=nobody: ${error.ldap?.name} (${error.ldap?.code}), there is ${error.ldap?.matchedDn}`);
}

const { abandonedOperations } = await lease.unbind();
console.log(`unbound; operations that still ran: ${abandonedOperations}`);
