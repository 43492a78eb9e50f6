import { type ClientReadableStream, type ServiceError, status } from '@grpc/grpc-js';
import { HoldSessionRequest, type HoldSessionResponse, type SessionServiceClient } from '../gen/dirlease/v1/session_service.js';
import { duration } from './duration.js';
import { DirleaseError } from './errors.js';

/** A stream whose end tells the gateway that this process is gone. Held again when only the connection broke. */
export class Tether {
  readonly #sessions: SessionServiceClient;
  readonly #graceMs: number;
  #stream?: ClientReadableStream<HoldSessionResponse>;
  #again?: NodeJS.Timeout;

  constructor(sessions: SessionServiceClient, graceMs: number) {
    this.#sessions = sessions;
    this.#graceMs = graceMs;
  }

  /** Resolves when the gateway holds the lease. */
  hold(): Promise<void> {
    this.release();
    const stream = this.#sessions.holdSession(
      HoldSessionRequest.fromPartial({ tether: true, tetherGrace: duration(this.#graceMs) }),
    );
    this.#stream = stream;
    return new Promise((resolve, reject) => {
      stream.on('data', () => resolve());
      stream.on('error', (error: ServiceError) => {
        reject(DirleaseError.fromCall(error));
        // Any other status says that the lease has ended: the next call opens a new one, and holds that.
        if (stream === this.#stream && error.code === status.UNAVAILABLE) this.#holdAgain();
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
