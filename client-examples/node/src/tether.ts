import { type ClientReadableStream, type ServiceError, status } from '@grpc/grpc-js';
import { HoldSessionRequest, type HoldSessionResponse, type SessionServiceClient } from '../gen/dirlease/v1/session_service.js';
import { duration } from './duration.js';
import { DirleaseError } from './errors.js';

/** A stream whose end tells the gateway that this process is gone. Held again, until the lease has ended. */
export class Tether {
  readonly #sessions: SessionServiceClient;
  readonly #graceMs: number;
  readonly #deadlineMs: number;
  #stream?: ClientReadableStream<HoldSessionResponse>;
  #again?: NodeJS.Timeout;

  /** deadlineMs: of the wait for the gateway's first word; the stream itself has none. */
  constructor(sessions: SessionServiceClient, graceMs: number, deadlineMs: number) {
    this.#sessions = sessions;
    this.#graceMs = graceMs;
    this.#deadlineMs = deadlineMs;
  }

  /** Resolves when the gateway holds the lease. */
  hold(): Promise<void> {
    this.release();
    const stream = this.#sessions.holdSession(
      HoldSessionRequest.fromPartial({ tether: true, tetherGrace: duration(this.#graceMs) }),
    );
    this.#stream = stream;
    return new Promise((resolve, reject) => {
      const late = Number.isFinite(this.#deadlineMs)
        ? setTimeout(() => {
            reject(new DirleaseError(status.DEADLINE_EXCEEDED, 'the gateway did not hold the lease in time'));
            stream.cancel();
          }, this.#deadlineMs)
        : undefined;
      stream.on('data', () => {
        clearTimeout(late);
        resolve();
      });
      stream.on('error', (error: ServiceError) => {
        clearTimeout(late);
        reject(DirleaseError.fromCall(error));
        if (stream === this.#stream && !hasEnded(error)) this.#holdAgain();
      });
    });
  }

  release(): void {
    clearTimeout(this.#again);
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }

  #holdAgain(): void {
    this.#again = setTimeout(() => this.hold().catch(() => {}), Math.max(100, this.#graceMs / 4)).unref();
  }
}

// Then the next call opens a new lease, and holds that. Whatever else broke the stream may pass.
function hasEnded(error: ServiceError): boolean {
  return error.code === status.UNAUTHENTICATED || error.code === status.ABORTED;
}
