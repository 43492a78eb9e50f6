import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  DirleaseError,
  type DirectoryServiceServer,
  Gateway,
  HoldSessionResponse,
  OpenSessionResponse,
  SearchResponse,
  type SessionServiceServer,
  WhoAmIResponse,
} from 'dirlease-client';
import { failure, FakeGateway, leaseLost, tokenOf } from './fake_gateway.js';

let fake: FakeGateway;
let gateway: Gateway;
beforeEach(() => (fake = new FakeGateway()));
afterEach(() => {
  gateway.close();
  fake.stop();
});

const whoAmI: DirectoryServiceServer['whoAmI'] = (call, callback) =>
  callback(null, WhoAmIResponse.fromPartial({ authorizationId: tokenOf(call) }));

test("the proxy's wrapping of the token is sent back, unmodified", async () => {
  fake.wrap = (token) => `host;${token}`;
  gateway = await fake.start({ whoAmI });
  await using lease = await gateway.open();
  assert.equal((await lease.whoAmI()).authorizationId, 'host;token-1');
});

test('calls that lose a lease together share one new lease', async () => {
  gateway = await fake.start({
    whoAmI: (call, callback) => (tokenOf(call) === 'token-1' ? callback(leaseLost()) : whoAmI(call, callback)),
  });
  await using lease = await gateway.open();
  const answers = await Promise.all([lease.whoAmI(), lease.whoAmI(), lease.whoAmI()]);
  assert.deepEqual(answers.map((answer) => answer.authorizationId), ['token-2', 'token-2', 'token-2']);
  assert.equal(fake.opened, 2);
});

test('a second loss within a call is its error', async () => {
  gateway = await fake.start({ whoAmI: (_, callback) => callback(leaseLost()) });
  await using lease = await gateway.open();
  await assert.rejects(lease.whoAmI(), (error: DirleaseError) => error.leaseLost);
  assert.equal(fake.opened, 2);
});

test('a write whose outcome is unknown is not made again', async () => {
  let writes = 0;
  gateway = await fake.start({
    delete: (_, callback) => {
      writes++;
      callback(failure(status.UNKNOWN, 'it may have happened', 'OUTCOME_UNKNOWN'));
    },
  });
  await using lease = await gateway.open();
  await assert.rejects(lease.delete({ dn: 'cn=x' }), (error: DirleaseError) => error.reason === 'OUTCOME_UNKNOWN');
  assert.equal(writes, 1);
  assert.equal(fake.opened, 1);
});

test('a stream begins again on a new lease only while nothing of it came', async () => {
  let late = false;
  gateway = await fake.start({
    search: (call) => {
      if (tokenOf(call) !== 'token-1' && !late) call.write(SearchResponse.fromPartial({ entries: [{ dn: 'cn=a' }] }));
      else if (late) call.write(SearchResponse.fromPartial({ entries: [{ dn: 'cn=a' }] }), () => call.emit('error', leaseLost()));
      if (tokenOf(call) === 'token-1') call.emit('error', leaseLost());
      else if (!late) call.end();
    },
  });
  await using lease = await gateway.open();
  assert.equal((await lease.search({}).toArray()).length, 1);
  late = true;
  await assert.rejects(lease.search({}).toArray(), (error: DirleaseError) => error.leaseLost);
  assert.equal(fake.opened, 2);
});

test('the end of the scope unbinds once, also after an exception and after unbind', async () => {
  gateway = await fake.start({});
  await assert.rejects(async () => {
    await using lease = await gateway.open();
    await lease.unbind();
    throw new Error('ours');
  }, /ours/);
  assert.deepEqual(fake.unbound, ['token-1']);
});

test('a lease that cannot be tethered is unbound', async () => {
  gateway = await fake.start({}); // Knows no HoldSession.
  await assert.rejects(gateway.open({ tether: { graceMs: 0 } }), (error: DirleaseError) => error.code === status.UNIMPLEMENTED);
  assert.deepEqual(fake.unbound, ['token-1']);
});

test('a tether that is not answered in time is an error, and its lease is unbound', async () => {
  gateway = await fake.start({}, { holdSession: () => {} }, { deadlineMs: 200 });
  await assert.rejects(gateway.open({ tether: { graceMs: 0 } }), (error: DirleaseError) => error.code === status.DEADLINE_EXCEEDED);
  assert.deepEqual(fake.unbound, ['token-1']);
});

test('a tether is held again whatever broke it, until the lease has ended', async () => {
  const ends = [failure(status.INTERNAL, 'a proxy', ''), failure(status.RESOURCE_EXHAUSTED, 'too many', ''), leaseLost()];
  let held = 0;
  let ended: () => void;
  const over = new Promise<void>((resolve) => (ended = resolve));
  gateway = await fake.start({}, {
    holdSession: (call) => {
      call.write(HoldSessionResponse.create());
      const error = ends[held++];
      setImmediate(() => call.emit('error', error));
      if (held === ends.length) ended();
    },
  });
  await using lease = await gateway.open({ tether: { graceMs: 0 } });
  await over;
  await lease.unbind();
  assert.equal(held, 3);
});

test('the deadline of a call covers the opening of a new lease', async () => {
  const silent: SessionServiceServer['openSession'] = (call, callback) => {
    if (++fake.opened === 1) callback(null, OpenSessionResponse.fromPartial({ token: 'token-1', session: { ttl: { seconds: 300 } } }));
  };
  gateway = await fake.start({ whoAmI: (_, callback) => callback(leaseLost()) }, { openSession: silent });
  const lease = await gateway.open();
  await assert.rejects(lease.whoAmI({}, { deadlineMs: 100 }), (error: DirleaseError) => error.code === status.DEADLINE_EXCEEDED);
});

test('leaving a loop and aborting a signal cancel the call', async () => {
  let cancelled = 0;
  gateway = await fake.start({
    search: (call) => {
      call.on('cancelled', () => cancelled++);
      call.write(SearchResponse.fromPartial({ entries: [{ dn: 'cn=a' }] }));
    },
    whoAmI: (call) => call.on('cancelled', () => cancelled++),
  });
  await using lease = await gateway.open();
  for await (const _ of lease.search({})) break;
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  await assert.rejects(lease.whoAmI({}, { signal: stop.signal }), (error: DirleaseError) => error.code === status.CANCELLED);
  while (cancelled < 2) await new Promise(setImmediate);
});

test('a deadline can be set for a call', async () => {
  gateway = await fake.start({ whoAmI: () => {} });
  await using lease = await gateway.open();
  await assert.rejects(
    lease.whoAmI({}, { deadlineMs: 20 }),
    (error: DirleaseError) => error.code === status.DEADLINE_EXCEEDED,
  );
});
