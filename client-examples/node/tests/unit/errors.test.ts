import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import { DirleaseError, LdapResult } from 'dirlease-client';
import { BadRequest, RetryInfo } from '../../gen/google/rpc/error_details.js';
import { failure, leaseLost } from './fake_gateway.js';

function packed(type: string, message: Uint8Array) {
  return { typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(message) };
}

function parsed(error: Error): DirleaseError {
  const result = DirleaseError.fromCall(error);
  assert(result instanceof DirleaseError);
  return result;
}

test('the LDAP result comes whole, beside the gRPC code', () => {
  const ldap = { code: 32, name: 'noSuchObject', matchedDn: 'dc=x', diagnosticMessage: 'gone', referrals: ['ldap://other/'] };
  const result = LdapResult.encode(LdapResult.fromPartial(ldap)).finish();
  const error = parsed(failure(status.NOT_FOUND, 'no entry', 'NO_SUCH_OBJECT', [packed('dirlease.v1.LdapResult', result)]));
  assert.equal(error.code, status.NOT_FOUND);
  assert.equal(error.message, 'NOT_FOUND: no entry');
  assert.equal(error.reason, 'NO_SUCH_OBJECT');
  assert.deepEqual(error.ldap, LdapResult.fromPartial(ldap));
});

test('wrong fields and the time until a retry', () => {
  const bad = BadRequest.encode({ fieldViolations: [{ field: 'filter', description: 'no end' }] }).finish();
  const retry = RetryInfo.encode({ retryDelay: { seconds: 1, nanos: 5e8 } }).finish();
  const error = parsed(
    failure(status.INVALID_ARGUMENT, 'x', 'FILTER_ERROR', [packed('google.rpc.BadRequest', bad), packed('google.rpc.RetryInfo', retry)]),
  );
  assert.deepEqual(error.fieldViolations, [{ field: 'filter', description: 'no end' }]);
  assert.equal(error.retryAfterMs, 1500);
});

test('only UNAUTHENTICATED with a SESSION_ reason says that the lease is lost', () => {
  assert(parsed(leaseLost()).leaseLost);
  assert(!parsed(failure(status.UNAUTHENTICATED, 'x', 'INVALID_CREDENTIALS')).leaseLost);
  assert(!parsed(failure(status.ABORTED, 'x', 'SESSION_CLOSED')).leaseLost);
});

test('says when a write may have happened', () => {
  const bare = (code: status) => new DirleaseError(code, 'x').outcomeUnknown;
  assert(parsed(failure(status.UNKNOWN, 'x', 'OUTCOME_UNKNOWN')).outcomeUnknown);
  assert(parsed(failure(status.RESOURCE_EXHAUSTED, 'x', 'SLOW_CONSUMER')).outcomeUnknown);
  for (const code of [status.CANCELLED, status.DEADLINE_EXCEEDED, status.UNAVAILABLE, status.UNKNOWN, status.INTERNAL]) assert(bare(code));
  assert(!parsed(failure(status.UNAVAILABLE, 'x', 'DRAINING')).outcomeUnknown);
  assert(!parsed(failure(status.RESOURCE_EXHAUSTED, 'x', 'TOO_MANY_OPERATIONS')).outcomeUnknown);
  assert(!bare(status.NOT_FOUND) && !parsed(leaseLost()).outcomeUnknown);
});

test('a status without details, or with unreadable ones, keeps its code', () => {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff]));
  for (const sent of [new Metadata(), metadata]) {
    const error = parsed(Object.assign(new Error('x'), { code: status.UNAVAILABLE, details: 'x', metadata: sent }));
    assert.equal(error.code, status.UNAVAILABLE);
    assert.equal(error.reason, '');
    assert.equal(error.ldap, undefined);
  }
});

test('what is no gRPC error stays as it is', () => {
  const error = new TypeError('ours');
  assert.equal(DirleaseError.fromCall(error), error);
});
