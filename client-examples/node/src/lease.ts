import { randomUUID } from 'node:crypto';
import { type CallOptions as GrpcCallOptions, type Client, type ClientReadableStream, Metadata } from '@grpc/grpc-js';
import * as directory from '../gen/dirlease/v1/directory_service.js';
import type { Session } from '../gen/dirlease/v1/session.js';
import * as sessions from '../gen/dirlease/v1/session_service.js';
import { type CallOptions, type Init, before, callOptions, messages, unary, type UnaryMethod } from './calls.js';
import { duration, milliseconds } from './duration.js';
import type { Gateway } from './gateway.js';
import { DirleaseError } from './errors.js';
import { Pipeline, type PipelineOptions } from './pipeline.js';
import { SearchStream } from './search.js';
import { Tether } from './tether.js';

export interface LeaseOptions {
  /** How to bind, for example { simple: { dn, password } }. Missing = anonymous. */
  credentials?: Init<typeof sessions.BindCredentials>;
  /** Name of a directory in the gateway's configuration; missing = its default. */
  target?: string;
  /** Wanted idle time to live; the gateway clamps it. */
  ttlMs?: number;
  /** For operators: shown in session lists and logs. No secrets. */
  label?: string;
  /** Controls on the bind, for example password policy. */
  controls?: sessions.OpenSessionRequest['controls'];
  /** Ends the lease when this process dies, graceMs after its connection broke, instead of at the end of the idle time. */
  tether?: { graceMs: number };
}

interface Granted {
  token: string;
  session: Session;
  bind: sessions.BindOutcome | undefined;
}

/** A request without the token, which this package sends. */
type Operation<M extends { fromPartial(object: never): unknown }> = Omit<Init<M>, 'session'>;

/**
 * One bound identity at the directory. Operations may run at the same time. The lease is kept alive while this object lives,
 * and is opened anew, once a call, when the gateway says that it is gone; what was sent is never sent twice.
 */
export class Lease implements AsyncDisposable {
  readonly #gateway: Gateway;
  readonly #directory: directory.DirectoryServiceClient;
  readonly #sessions: sessions.SessionServiceClient;
  readonly #opener: sessions.SessionServiceClient;
  readonly #tether?: Tether;
  #request: sessions.OpenSessionRequest;
  #granted!: Granted;
  #opening?: Promise<void>;
  #ended?: Promise<sessions.UnbindResponse>;
  #keepAlive?: NodeJS.Timeout;
  #used = true;

  /** See Gateway.open. */
  static async open(gateway: Gateway, options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(gateway, options);
    await lease.#open();
    return lease;
  }

  private constructor(gateway: Gateway, options: LeaseOptions) {
    const token = () => this.#granted.token;
    this.#gateway = gateway;
    this.#directory = gateway.directory(token);
    this.#sessions = gateway.sessions(token);
    this.#opener = gateway.sessions();
    this.#request = sessions.OpenSessionRequest.fromPartial({
      target: options.target,
      credentials: options.credentials,
      ttl: options.ttlMs === undefined ? undefined : duration(options.ttlMs),
      label: options.label,
      controls: options.controls,
    });
    if (options.tether) this.#tether = new Tether(this.#sessions, options.tether.graceMs, gateway.deadlineMs);
  }

  /** The lease as it was granted; its sessionId is safe in logs. Another one after it was opened anew. */
  get session(): Session {
    return this.#granted.session;
  }

  /** What the directory said to the bind. */
  get bind(): sessions.BindOutcome | undefined {
    return this.#granted.bind;
  }

  /** A secret. For tools that take the token of a lease. */
  get token(): string {
    return this.#granted.token;
  }

  search(request: Operation<typeof directory.SearchRequest>, options: CallOptions = {}): SearchStream {
    return new SearchStream(() =>
      this.#stream(
        (prepared) => this.#directory.search(directory.SearchRequest.fromPartial(request), new Metadata(), prepared),
        options,
        this.#gateway.deadlineMs,
      ),
    );
  }

  getEntry(request: Operation<typeof directory.GetEntryRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.getEntry, directory.GetEntryRequest.fromPartial(request), options);
  }

  compare(request: Operation<typeof directory.CompareRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.compare, directory.CompareRequest.fromPartial(request), options);
  }

  whoAmI(request: Operation<typeof directory.WhoAmIRequest> = {}, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.whoAmI, directory.WhoAmIRequest.fromPartial(request), options);
  }

  add(request: Operation<typeof directory.AddRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.add, directory.AddRequest.fromPartial(request), options);
  }

  modify(request: Operation<typeof directory.ModifyRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.modify, directory.ModifyRequest.fromPartial(request), options);
  }

  delete(request: Operation<typeof directory.DeleteRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.delete, directory.DeleteRequest.fromPartial(request), options);
  }

  modifyDn(request: Operation<typeof directory.ModifyDnRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.modifyDn, directory.ModifyDnRequest.fromPartial(request), options);
  }

  changePassword(request: Operation<typeof directory.ChangePasswordRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.changePassword, directory.ChangePasswordRequest.fromPartial(request), options);
  }

  extended(request: Operation<typeof directory.ExtendedRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.extended, directory.ExtendedRequest.fromPartial(request), options);
  }

  /** Ends a running operation by its operationId. Leaving a search's loop or aborting a call's signal does it without. */
  abandon(request: Operation<typeof directory.AbandonRequest>, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.abandon, directory.AbandonRequest.fromPartial(request), options);
  }

  getRootDse(options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.getRootDse, directory.GetRootDseRequest.create(), options);
  }

  getSchema(request: Operation<typeof directory.GetSchemaRequest> = {}, options?: CallOptions) {
    return this.#call(this.#directory, this.#directory.getSchema, directory.GetSchemaRequest.fromPartial(request), options);
  }

  /** Content synchronization (RFC 4533), without a deadline. Leaving the loop ends it; the last cookie resumes it. */
  sync(request: Operation<typeof directory.SyncRequest>, options: CallOptions = {}): AsyncIterable<directory.SyncResponse> {
    return this.#stream(
      (prepared) => this.#directory.sync(directory.SyncRequest.fromPartial(request), new Metadata(), prepared),
      options,
      Infinity,
    );
  }

  /** Many operations on one stream: by far the cheapest way to look things up. */
  pipeline(options: PipelineOptions = {}): Pipeline {
    const start = () => {
      const granted = this.#granted;
      return {
        stream: this.#directory.pipeline(new Metadata()),
        recover: (error: unknown) => this.#recover(granted, error, callOptions({}, this.#gateway.deadlineMs).deadline),
      };
    };
    return new Pipeline(start, this.#gateway.deadlineMs, options);
  }

  /** Another identity on the same connection; also the one with which the lease is opened anew. */
  async rebind(request: Operation<typeof sessions.RebindRequest>, options?: CallOptions) {
    const rebind = sessions.RebindRequest.fromPartial(request);
    const response = await this.#call(this.#sessions, this.#sessions.rebind, rebind, options);
    this.#request = { ...this.#request, credentials: rebind.credentials, controls: rebind.controls };
    return response;
  }

  /** The lease and its running operations as the gateway sees them. Does not renew it. */
  describe(options?: CallOptions) {
    return this.#call(this.#sessions, this.#sessions.getSession, sessions.GetSessionRequest.create(), options);
  }

  /** Ends the lease, and abandons what still runs after waitMs. A second time it answers the same. */
  unbind({ waitMs = 0 } = {}): Promise<sessions.UnbindResponse> {
    this.#ended ??= this.#unbind(waitMs);
    return this.#ended;
  }

  /** Unbinds. When the gateway cannot be reached, it ends the lease by itself, and the error is not worth hiding another. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.unbind().catch(() => {});
  }

  async #unbind(waitMs: number): Promise<sessions.UnbindResponse> {
    await this.#opening?.catch(() => {});
    clearInterval(this.#keepAlive);
    try {
      const request = sessions.UnbindRequest.fromPartial({ wait: duration(waitMs) });
      const options = callOptions({}, waitMs + this.#gateway.deadlineMs);
      return await unary(this.#sessions, this.#sessions.unbind, request, options);
    } finally {
      this.#tether?.release();
    }
  }

  async #open(): Promise<void> {
    const request = { ...this.#request, requestId: randomUUID() };
    const options = callOptions({}, this.#gateway.deadlineMs);
    let header: string | undefined;
    const response = await unary(this.#opener, this.#opener.openSession, request, options, (headers) => {
      // A sticky proxy wraps the token in this header, and takes only its own wrapping.
      header = headers.get('ldap-session')[0]?.toString();
    });
    this.#granted = { token: header ?? response.token, session: response.session!, bind: response.bind };
    try {
      await this.#tether?.hold();
    } catch (error) {
      // Nobody else would end it, and the tether would go on holding it. After a reopening the next call finds it gone.
      this.#tether?.release();
      const brief = callOptions({}, this.#gateway.deadlineMs);
      await unary(this.#sessions, this.#sessions.unbind, sessions.UnbindRequest.create(), brief).catch(() => {});
      throw error;
    }
    clearInterval(this.#keepAlive);
    this.#keepAlive = setInterval(() => this.#renew(), milliseconds(this.session.ttl) / 3).unref();
  }

  // Every call renews the lease at the gateway, so only an idle one needs this. A failure shows at the next call.
  #renew(): void {
    if (!this.#used) {
      const options = callOptions({}, this.#gateway.deadlineMs);
      unary(this.#sessions, this.#sessions.keepAlive, sessions.KeepAliveRequest.create(), options).catch(() => {});
    }
    this.#used = false;
  }

  async #call<Q, R>(client: Client, method: UnaryMethod<Q, R>, request: Q, options: CallOptions = {}): Promise<R> {
    const prepared = callOptions(options, this.#gateway.deadlineMs);
    const granted = this.#granted;
    this.#used = true;
    try {
      return await unary(client, method, request, prepared);
    } catch (error) {
      await this.#recover(granted, error, prepared.deadline);
    }
    return unary(client, method, request, prepared);
  }

  async *#stream<R>(
    start: (options: Partial<GrpcCallOptions>) => ClientReadableStream<R>,
    { deadlineMs, signal }: CallOptions,
    defaultMs: number,
  ): AsyncGenerator<R, void, void> {
    const prepared = callOptions({ deadlineMs }, defaultMs);
    const granted = this.#granted;
    this.#used = true;
    let begun = false;
    try {
      for await (const message of messages(start(prepared), signal)) {
        begun = true;
        yield message;
      }
      return;
    } catch (error) {
      if (begun) throw error;
      await this.#recover(granted, error, prepared.deadline);
    }
    yield* messages(start(prepared), signal);
  }

  // A lease that is gone never began the call, so the call may be made again, a write too, on a new lease: once. Calls that
  // find the same lease gone share the new one; each waits for it as long as its own deadline lets it.
  async #recover(lost: Granted, error: unknown, deadline: number): Promise<void> {
    if (this.#ended || !(error instanceof DirleaseError && error.leaseLost)) throw error;
    if (this.#granted !== lost) return;
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    await before(deadline, this.#opening);
  }
}
