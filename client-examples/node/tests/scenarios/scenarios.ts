import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterceptingCall, type Interceptor, status } from '@grpc/grpc-js';
import {
  DirleaseError,
  Gateway,
  type GatewayOptions,
  type Lease,
  type LeaseOptions,
  milliseconds,
  Modification_Type,
  type SearchResult,
  texts,
} from 'dirlease-client';
import { environment } from '../../examples/environment.js';

const { address, dn, password, base } = environment();
const people = `ou=people,${base}`;
const everybody = { baseDn: base, filter: '(objectClass=person)', autoPageSize: 0 };

function open(gateway: Gateway, options: LeaseOptions = {}): Promise<Lease> {
  return gateway.open({ credentials: { simple: { dn, password } }, ...options });
}

function connect(options: GatewayOptions = {}): Gateway {
  return new Gateway(address, { plaintext: true, ...options });
}

async function failure(call: Promise<unknown>): Promise<DirleaseError> {
  try {
    await call;
  } catch (error) {
    assert(error instanceof DirleaseError);
    return error;
  }
  assert.fail('expected an error');
}

async function earlyExit() {
  using gateway = connect();
  await using lease = await open(gateway);
  let read = 0;
  for await (const _ of lease.search(everybody)) {
    if (++read === 10) break;
  }
  const { authorizationId } = await lease.whoAmI();
  assert(authorizationId.startsWith('dn:'));
}

async function exception() {
  class Ours extends Error {}
  using gateway = connect();
  await assert.rejects(async () => {
    await using lease = await open(gateway);
    await lease.whoAmI();
    throw new Ours();
  }, Ours);
}

async function killed() {
  using gateway = connect();
  await using lease = await open(gateway, { tether: { graceMs: 200 } });
  for await (const _ of lease.search(everybody, { deadlineMs: Infinity })) {
    console.log('reading');
    await new Promise(() => {});
  }
}

async function reopen() {
  const endBehindItsBack = (token: string) => {
    const sessions = raw.sessions(() => token);
    return new Promise<void>((resolve, reject) =>
      sessions.unbind({ session: '', wait: undefined }, (error) => (error ? reject(error) : resolve())),
    );
  };
  // While it thwarts, each new lease is ended before its owner hears of it.
  let thwart = false;
  let opened = 0;
  const thwarting: Interceptor = (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        let token = '';
        next(metadata, {
          onReceiveMetadata(headers, forward) {
            token = String(headers.get('ldap-session')[0]);
            forward(headers);
          },
          onReceiveMessage(message, forward) {
            if (!options.method_definition.path.endsWith('/OpenSession') || !message) return forward(message);
            opened++;
            if (!thwart) return forward(message);
            endBehindItsBack(token).then(() => forward(message));
          },
        });
      },
    });

  using raw = connect();
  using gateway = connect({ interceptors: [thwarting] });
  await using lease = await open(gateway);
  const first = lease.session.sessionId;
  const uid = { dn: `uid=user.1,${people}`, attributeType: 'uid', textValue: 'user.1' };

  await endBehindItsBack(lease.token);
  assert((await lease.compare(uid)).matched);
  assert.notEqual(lease.session.sessionId, first);
  assert.equal(opened, 2);
  console.log(`lease id changed: ${lease.session.sessionId !== first}`);

  thwart = true;
  await endBehindItsBack(lease.token);
  const error = await failure(lease.compare(uid));
  assert(error.leaseLost);
  assert.equal(opened, 3);
}

async function errors() {
  using gateway = connect();
  await using lease = await open(gateway);

  const missing = await failure(lease.getEntry({ dn: `uid=nobody,${people}` }));
  assert.equal(missing.code, status.NOT_FOUND);
  assert.equal(missing.ldap?.code, 32);
  assert.equal(missing.ldap.name, 'noSuchObject');
  assert.equal(missing.ldap.matchedDn, people);

  const refused = await failure(
    lease.modify({
      dn: `uid=user.1,${people}`,
      modifications: [{ type: Modification_Type.TYPE_ADD, attribute: { type: 'noSuchType', textValues: ['x'] } }],
    }),
  );
  assert.equal(refused.code, status.INVALID_ARGUMENT);
  assert.equal(refused.ldap?.code, 17);
  assert.match(refused.ldap.diagnosticMessage, /noSuchType/);

  const malformed = await failure(lease.search({ baseDn: base, filter: '(uid=' }).toArray());
  assert.equal(malformed.code, status.INVALID_ARGUMENT);
  assert.equal(malformed.fieldViolations[0]?.field, 'filter');
}

async function pipeline() {
  using gateway = connect();
  await using lease = await open(gateway);
  await using pipeline = lease.pipeline();
  const stop = new AbortController();
  const answers = Array.from({ length: 1000 }, (_, n) => {
    if (n === 500) return pipeline.getEntry({ dn: `uid=nobody,${people}` });
    if (n === 600) return pipeline.search({ baseDn: base, filter: '(objectClass=person)' }, { signal: stop.signal });
    return pipeline.search({ baseDn: people, filter: '(uid={0})', filterArgs: [`user.${n}`], attributes: ['uid'] });
  });
  for (const [n, answer] of answers.entries()) {
    if (n === 500) {
      assert.equal((await failure(answer)).ldap?.code, 32);
    } else if (n === 600) {
      // Its answer may have been faster.
      await answer.catch((error: DirleaseError) => assert.equal(error.code, status.CANCELLED));
    } else {
      const { entries } = (await answer) as SearchResult;
      assert.deepEqual(texts(entries[0]!, 'uid'), [`user.${n}`]);
      if (n === 0) stop.abort();
    }
  }
}

async function keepalive() {
  using gateway = connect();
  await using lease = await open(gateway, { ttlMs: 1 });
  const ttlMs = milliseconds(lease.session.ttl);
  const { sessionId } = lease.session;
  await sleep(ttlMs * 1.5);
  await lease.whoAmI();
  assert.equal(lease.session.sessionId, sessionId);
}

export const scenarios: Record<string, () => Promise<void>> = {
  'early-exit': earlyExit,
  exception,
  killed,
  reopen,
  errors,
  pipeline,
  keepalive,
};
