import { Metadata, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import {
  DirectoryServiceService,
  type DirectoryServiceServer,
  Gateway,
  type GatewayOptions,
  OpenSessionResponse,
  SessionServiceService,
  type SessionServiceServer,
} from 'dirlease-client';
import { ErrorInfo } from '../../gen/google/rpc/error_details.js';
import { Status } from '../../gen/google/rpc/status.js';

/** A gateway in this process that grants leases token-1, token-2 ... and answers as a test tells it. */
export class FakeGateway {
  opened = 0;
  unbound: string[] = [];
  /** What a sticky proxy puts into the header, instead of the token. */
  wrap?: (token: string) => string;
  readonly #server = new Server();

  async start(
    directory: Partial<DirectoryServiceServer>,
    more: Partial<SessionServiceServer> = {},
    options: GatewayOptions = {},
  ): Promise<Gateway> {
    const sessions: Partial<SessionServiceServer> = {
      openSession: (call, callback) => {
        const token = `token-${++this.opened}`;
        const headers = new Metadata();
        headers.set('ldap-session', this.wrap?.(token) ?? token);
        call.sendMetadata(headers);
        callback(null, OpenSessionResponse.fromPartial({ token, session: { sessionId: `s-${this.opened}`, ttl: { seconds: 300 } } }));
      },
      unbind: (call, callback) => {
        this.unbound.push(tokenOf(call));
        callback(null, { wasActive: true, abandonedOperations: 0 });
      },
      ...more,
    };
    // What a test does not tell of answers UNIMPLEMENTED.
    this.#server.addService(SessionServiceService, sessions as SessionServiceServer);
    this.#server.addService(DirectoryServiceService, directory as DirectoryServiceServer);
    const port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    return new Gateway(`127.0.0.1:${port}`, { plaintext: true, ...options });
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

export function tokenOf(call: { metadata: Metadata }): string {
  return String(call.metadata.get('ldap-session')[0]);
}

/** A status with details, as the gateway sends it. */
export function failure(code: status, message: string, reason: string, more: Status['details'] = []): ServiceError {
  const info = ErrorInfo.fromPartial({ reason, domain: 'dirlease' });
  const details = [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: Buffer.from(ErrorInfo.encode(info).finish()) }];
  const metadata = new Metadata();
  metadata.set(
    'grpc-status-details-bin',
    Buffer.from(Status.encode({ code, message, details: [...details, ...more] }).finish()),
  );
  return Object.assign(new Error(message), { code, details: message, metadata });
}

export const leaseLost = () => failure(status.UNAUTHENTICATED, 'the lease is gone', 'SESSION_EXPIRED');
