import {
  Channel,
  type ChannelOptions,
  ChannelCredentials,
  InterceptingCall,
  type Interceptor,
  type Metadata,
} from '@grpc/grpc-js';
import { DirectoryServiceClient } from '../gen/dirlease/v1/directory_service.js';
import { SessionServiceClient, VerifyCredentialsRequest } from '../gen/dirlease/v1/session_service.js';
import type { VerifyCredentialsResponse } from '../gen/dirlease/v1/session_service.js';
import { type CallOptions, type Init, callOptions, unary } from './calls.js';
import { Lease, type LeaseOptions } from './lease.js';

export interface TlsOptions {
  /** PEM of the authorities to trust; by default the system's. */
  ca?: Buffer;
  /** PEM of our own certificate and key, for mutual TLS: then a lease works for this identity only. */
  cert?: Buffer;
  key?: Buffer;
  /** The name that the gateway's certificate has, where it differs from the address. */
  serverName?: string;
}

export interface GatewayOptions {
  tls?: TlsOptions;
  /** No TLS. Passwords travel in the clear: for loopback and for meshes that encrypt. */
  plaintext?: boolean;
  /** Deadline of a call that names none; 30 s. Sync, HoldSession and Pipeline have none. */
  deadlineMs?: number;
  /** Headers of the current trace (traceparent, tracestate), asked for at each call. */
  traceContext?: () => Record<string, string>;
  /** More interceptors, outermost first. */
  interceptors?: Interceptor[];
  channelOptions?: ChannelOptions;
}

// What may be repeated without harm is, when the gateway cannot be reached or the directory is busy. OpenSession is
// among it because its request_id makes the repetition find the same lease.
const retries = JSON.stringify({
  methodConfig: [
    {
      name: [
        ...['OpenSession', 'KeepAlive', 'GetSession', 'Unbind'].map((method) => ({ service: 'dirlease.v1.SessionService', method })),
        ...['Search', 'GetEntry', 'Compare', 'WhoAmI', 'GetRootDse', 'GetSchema'].map((method) => ({
          service: 'dirlease.v1.DirectoryService',
          method,
        })),
      ],
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: '0.1s',
        maxBackoff: '2s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
});

/** A gateway and the connection to it, which all leases share. One for each gateway and process is enough. */
export class Gateway implements Disposable {
  readonly deadlineMs: number;
  readonly #address: string;
  readonly #credentials: ChannelCredentials;
  readonly #channel: Channel;
  readonly #interceptors: Interceptor[];

  constructor(address: string, options: GatewayOptions = {}) {
    const { tls = {}, plaintext = false } = options;
    this.deadlineMs = options.deadlineMs ?? 30_000;
    this.#address = address;
    this.#credentials = plaintext
      ? ChannelCredentials.createInsecure()
      : ChannelCredentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null);
    this.#channel = new Channel(address, this.#credentials, {
      'grpc.service_config': retries,
      // Streams without a deadline would not notice a dead connection otherwise.
      'grpc.keepalive_time_ms': 30_000,
      ...(tls.serverName ? { 'grpc.ssl_target_name_override': tls.serverName } : {}),
      ...options.channelOptions,
    });
    this.#interceptors = [...(options.interceptors ?? [])];
    const { traceContext } = options;
    if (traceContext) {
      this.#interceptors.push(headers((metadata) => {
        for (const [name, value] of Object.entries(traceContext())) metadata.set(name, value);
      }));
    }
  }

  /** Binds and grants a lease. Hold it with `await using`, or unbind it in a `finally`. */
  open(options: LeaseOptions = {}): Promise<Lease> {
    return Lease.open(this, options);
  }

  /** Is this password right? One bind at the directory, no lease. A refusal is an answer, valid = false, not an error. */
  verifyCredentials(
    request: Init<typeof VerifyCredentialsRequest>,
    options: CallOptions = {},
  ): Promise<VerifyCredentialsResponse> {
    const client = this.sessions();
    return unary(
      client,
      client.verifyCredentials,
      VerifyCredentialsRequest.fromPartial(request),
      callOptions(options, this.deadlineMs),
    );
  }

  /** The generated client, on this gateway's connection, for what this package has no method for. */
  sessions(token?: () => string): SessionServiceClient {
    return new SessionServiceClient(this.#address, this.#credentials, this.#clientOptions(token));
  }

  directory(token?: () => string): DirectoryServiceClient {
    return new DirectoryServiceClient(this.#address, this.#credentials, this.#clientOptions(token));
  }

  close(): void {
    this.#channel.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #clientOptions(token?: () => string) {
    const lease = token ? [headers((metadata) => metadata.set('ldap-session', token()))] : [];
    return { channelOverride: this.#channel, interceptors: [...this.#interceptors, ...lease] };
  }
}

function headers(add: (metadata: Metadata) => void): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        add(metadata);
        next(metadata, listener);
      },
    });
}
