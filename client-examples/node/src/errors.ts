import { type Metadata, status } from '@grpc/grpc-js';
import type { CallStatus } from '../gen/dirlease/v1/directory_service.js';
import { LdapResult } from '../gen/dirlease/v1/ldap.js';
import { BadRequest, ErrorInfo, RetryInfo } from '../gen/google/rpc/error_details.js';
import { Status } from '../gen/google/rpc/status.js';

export interface FieldViolation {
  field: string;
  description: string;
}

/** How a call failed: the gRPC status, whole, and what its details say. */
export class DirleaseError extends Error {
  override readonly name = 'DirleaseError';
  /** The LDAP result, when the failure is the directory's: code, name, matchedDn, diagnosticMessage, referrals. */
  readonly ldap?: LdapResult;
  /** Constant for each cause: SESSION_EXPIRED, NO_SUCH_OBJECT, OUTCOME_UNKNOWN ... Empty: it came from gRPC itself. */
  readonly reason: string = '';
  /** Facts about the failure: operation, sessionId, target ... */
  readonly facts: Readonly<Record<string, string>> = {};
  /** What is wrong with which field of the request. */
  readonly fieldViolations: readonly FieldViolation[] = [];
  /** The same call is worth another try after this time, when the gateway knows. */
  readonly retryAfterMs?: number;

  constructor(
    /** The gRPC status code, for example status.NOT_FOUND. */
    readonly code: status,
    text: string,
    details: readonly { typeUrl: string; value: Uint8Array }[] = [],
  ) {
    super(`${status[code] ?? code}: ${text}`);
    for (const { typeUrl, value } of details) {
      switch (typeUrl.slice(typeUrl.lastIndexOf('/') + 1)) {
        case 'dirlease.v1.LdapResult':
          this.ldap = LdapResult.decode(value);
          break;
        case 'google.rpc.ErrorInfo': {
          const info = ErrorInfo.decode(value);
          this.reason = info.reason;
          this.facts = info.metadata;
          break;
        }
        case 'google.rpc.BadRequest':
          this.fieldViolations = BadRequest.decode(value).fieldViolations;
          break;
        case 'google.rpc.RetryInfo': {
          const delay = RetryInfo.decode(value).retryDelay;
          this.retryAfterMs = (delay?.seconds ?? 0) * 1000 + (delay?.nanos ?? 0) / 1e6;
          break;
        }
      }
    }
  }

  /** The lease is gone, and the call was never begun: a new lease and the same call again are safe, even for a write. */
  get leaseLost(): boolean {
    return this.code === status.UNAUTHENTICATED && this.reason.startsWith('SESSION_');
  }

  /** Of a write: it may have happened. Read before you repeat it. */
  get outcomeUnknown(): boolean {
    switch (this.code) {
      case status.CANCELLED:
      case status.DEADLINE_EXCEEDED:
        return true;
      case status.UNAVAILABLE:
      case status.UNKNOWN:
      case status.INTERNAL:
        if (!this.reason) return true; // The connection broke under the call.
    }
    // SLOW_CONSUMER: a pipeline's stream was cut off with replies unread.
    return this.reason === 'OUTCOME_UNKNOWN' || this.reason === 'SLOW_CONSUMER';
  }

  /** Of a call of its own. What is no gRPC error comes back as it is. */
  static fromCall(error: unknown): unknown {
    if (!isServiceError(error)) return error;
    const packed = error.metadata.get('grpc-status-details-bin')[0];
    return new DirleaseError(error.code, error.details, decodeDetails(packed));
  }

  /** Of a call on a pipeline. */
  static fromReply(reply: CallStatus): DirleaseError {
    return new DirleaseError(reply.code, reply.message, reply.details);
  }
}

function decodeDetails(packed: Buffer | string | undefined): Status['details'] {
  if (packed === undefined || typeof packed === 'string') return [];
  try {
    return Status.decode(packed).details;
  } catch {
    return []; // A proxy's own details: the status still stands.
  }
}

function isServiceError(error: unknown): error is { code: status; details: string; metadata: Metadata } {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}
