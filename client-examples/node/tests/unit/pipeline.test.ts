import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { DirleaseError, Gateway, PipelineRequest, PipelineResponse } from 'dirlease-client';
import { failure, FakeGateway, leaseLost, tokenOf } from './fake_gateway.js';

type Call = ServerDuplexStream<PipelineRequest, PipelineResponse>;

let fake: FakeGateway;
let gateway: Gateway;
let received: PipelineRequest[];
beforeEach(() => {
  fake = new FakeGateway();
  received = [];
});
afterEach(() => {
  gateway.close();
  fake.stop();
});

// Answers every message at once; what names "missing" has no entry, what names "slow" is answered when it is abandoned.
function answer(call: Call): void {
  call.on('end', () => call.end());
  call.on('data', (request: PipelineRequest) => {
    received.push(request);
    const replies = request.calls.flatMap(({ id, getEntry, abandon }) => {
      if (abandon) return [{ id: abandon, status: { code: status.CANCELLED } }];
      if (getEntry?.dn === 'slow') return [];
      if (getEntry?.dn === 'missing') return [{ id, status: { code: status.NOT_FOUND, message: 'no entry' } }];
      return [{ id, getEntry: { entry: { dn: getEntry?.dn } }, status: { code: status.OK } }];
    });
    call.write(PipelineResponse.fromPartial({ replies }));
  });
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `cn=${n}`);

test('what is submitted together goes out together, as far as the window lets it', async () => {
  gateway = await fake.start({ pipeline: answer });
  await using lease = await gateway.open();
  await using pipeline = lease.pipeline({ window: 8 });
  const answers = await Promise.all(names(20).map((dn) => pipeline.getEntry({ dn })));
  assert.deepEqual(answers.map(({ entry }) => entry?.dn), names(20));
  assert.deepEqual(received.map(({ calls }) => calls.length), [8, 8, 4]);
});

test('a failed call fails alone, also when nobody awaits it', async () => {
  gateway = await fake.start({ pipeline: answer });
  await using lease = await gateway.open();
  await using pipeline = lease.pipeline();
  const missing = pipeline.getEntry({ dn: 'missing' });
  void pipeline.getEntry({ dn: 'missing' });
  assert.equal((await pipeline.getEntry({ dn: 'cn=a' })).entry?.dn, 'cn=a');
  await assert.rejects(missing, (error: DirleaseError) => error.code === status.NOT_FOUND);
});

test('an aborted call is abandoned in band, or never sent', async () => {
  gateway = await fake.start({ pipeline: answer });
  await using lease = await gateway.open();
  await using pipeline = lease.pipeline({ window: 1 });
  const stop = new AbortController();
  const slow = pipeline.getEntry({ dn: 'slow' }, { signal: stop.signal });
  const waiting = pipeline.getEntry({ dn: 'waiting' }, { signal: stop.signal });
  while (received.length === 0) await new Promise(setImmediate);
  stop.abort();
  for (const call of [slow, waiting]) {
    await assert.rejects(call, (error: DirleaseError) => error.code === status.CANCELLED);
  }
  await pipeline.close();
  assert(!received.some(({ calls }) => calls.some(({ getEntry }) => getEntry?.dn === 'waiting')));
});

test('calls that were never begun move to a new lease, once', async () => {
  gateway = await fake.start({
    pipeline: (call) => (tokenOf(call) === 'token-1' ? void call.emit('error', leaseLost()) : answer(call)),
  });
  await using lease = await gateway.open();
  await using pipeline = lease.pipeline();
  const answers = await Promise.all(names(3).map((dn) => pipeline.getEntry({ dn })));
  assert.deepEqual(answers.map(({ entry }) => entry?.dn), names(3));
  assert.equal(fake.opened, 2);
});

test('an aborted call is not made on a new lease', async () => {
  const stop = new AbortController();
  gateway = await fake.start({
    pipeline: (call) => {
      if (tokenOf(call) !== 'token-1') return answer(call);
      call.once('data', () => stop.abort());
      setTimeout(() => call.emit('error', leaseLost()), 50);
    },
  });
  await using lease = await gateway.open();
  await using pipeline = lease.pipeline();
  const wanted = pipeline.getEntry({ dn: 'cn=a' });
  const aborted = pipeline.getEntry({ dn: 'cn=b' }, { signal: stop.signal });
  await assert.rejects(aborted, (error: DirleaseError) => error.leaseLost);
  assert.equal((await wanted).entry?.dn, 'cn=a');
  assert.deepEqual(received.map(({ calls }) => calls.length), [1]);
});

test('a stream that ends early is the end of its pipeline', async () => {
  gateway = await fake.start({ pipeline: (call) => void call.emit('error', failure(status.UNAVAILABLE, 'x', 'LDAP_SERVER_DOWN')) });
  await using lease = await gateway.open();
  const pipeline = lease.pipeline();
  for (const dn of names(2)) {
    await assert.rejects(pipeline.getEntry({ dn }), (error: DirleaseError) => error.reason === 'LDAP_SERVER_DOWN');
  }
  assert.equal(fake.opened, 1);
});

test('a second loss is the error of each call', async () => {
  gateway = await fake.start({ pipeline: (call) => void call.emit('error', leaseLost()) });
  await using lease = await gateway.open();
  await using pipeline = lease.pipeline();
  await assert.rejects(pipeline.getEntry({ dn: 'cn=a' }), (error: DirleaseError) => error.leaseLost);
});

test('cancel rejects what is open, close lets nothing in', async () => {
  gateway = await fake.start({ pipeline: answer });
  await using lease = await gateway.open();
  const pipeline = lease.pipeline();
  const slow = pipeline.getEntry({ dn: 'slow' });
  while (received.length === 0) await new Promise(setImmediate);
  pipeline.cancel();
  await assert.rejects(slow, (error: DirleaseError) => error.code === status.CANCELLED);
  await assert.rejects(pipeline.getEntry({ dn: 'cn=a' }), /closed/);
});
