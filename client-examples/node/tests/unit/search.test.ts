import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, SearchEntry, SearchResponse, SearchStream, texts } from 'dirlease-client';

function part(continued: boolean, ...values: string[]): SearchEntry {
  return SearchEntry.fromPartial({ dn: 'cn=group', attributes: [{ type: 'member', textValues: values }], continued });
}

test('an entry that came in pieces is whole again, also over several messages', async () => {
  const stream = new SearchStream(async function* () {
    yield SearchResponse.fromPartial({ entries: [part(true, 'a', 'b'), part(true, 'c')] });
    yield SearchResponse.fromPartial({ entries: [part(false, 'd'), part(false, 'z')], done: { entryCount: 2 } });
  });
  const entries = await stream.toArray();
  assert.deepEqual(entries.map((entry) => texts(entry, 'Member')), [['a', 'b', 'c', 'd'], ['z']]);
  assert.equal(stream.done?.entryCount, 2);
});

test('values read as text or octets, however they came', () => {
  const entry = SearchEntry.fromPartial({
    attributes: [
      { type: 'cn', values: [Buffer.from('Łódź')] },
      { type: 'sn', textValues: ['Ж'] },
    ],
  });
  assert.deepEqual(texts(entry, 'cn'), ['Łódź']);
  assert.deepEqual(bytes(entry, 'sn'), [Buffer.from('Ж')]);
  assert.deepEqual(texts(entry, 'mail'), []);
});
