import { type ClientDuplexStream, status } from '@grpc/grpc-js';
import * as v1 from '../gen/dirlease/v1/directory_service.js';
import type { SearchEntry } from '../gen/dirlease/v1/ldap.js';
import type { CallOptions, Init } from './calls.js';
import { duration } from './duration.js';
import { DirleaseError } from './errors.js';
import { EntryJoiner } from './search.js';

export interface PipelineOptions {
  /**
   * Calls on their way, at most; more wait here. A lease runs 64 at once, the rest waits at the gateway, so that its next calls
   * come in large messages. An abort reaches a call promptly only among the first 64.
   */
  window?: number;
}

export interface SearchResult {
  entries: SearchEntry[];
  references: v1.SearchReference[];
  done?: v1.SearchDone;
}

type Stream = ClientDuplexStream<v1.PipelineRequest, v1.PipelineResponse>;

/** A stream on a lease, and what to do when the lease is lost: resolves on a new lease, or throws the error. */
export interface PipelineStream {
  stream: Stream;
  recover(error: unknown): Promise<void>;
}

interface Pending {
  call: Omit<v1.PipelineCall, 'id'>;
  id: number;
  abandoned: boolean;
  take(reply: v1.PipelineReply): void;
  resolve(): void;
  reject(error: unknown): void;
}

// Beyond this, larger messages gain nothing.
const mostCallsInMessage = 256;

/**
 * Many operations of a lease on one stream. Submit as many as there are, await each: what is submitted before the program
 * next waits goes out in one message, and answers come several in one. A failed call rejects its own promise only. Answers
 * that nobody awaits are dropped, also when they are errors. When the stream ends early, each call without an answer fails with
 * its error, and so does each that is submitted then: take another pipeline, which opens a lost lease anew.
 */
export class Pipeline implements AsyncDisposable {
  readonly #start: () => PipelineStream;
  readonly #window: number;
  readonly #defaultMs: number;
  readonly #waiting = new Set<Pending>();
  readonly #running = new Map<number, Pending>();
  #stream?: Stream;
  #recovering = false;
  #mayReopen = true;
  #failure?: unknown;
  #flush?: NodeJS.Immediate;
  #lastId = 0;
  #closed = false;
  #ended?: Promise<void>;
  #idle?: () => void;

  /** See Lease.pipeline. */
  constructor(start: () => PipelineStream, defaultMs: number, { window = 1024 }: PipelineOptions) {
    this.#start = start;
    this.#defaultMs = defaultMs;
    this.#window = window;
  }

  /** The whole result: for lookups and other small searches. Lease.search streams large ones. */
  search(request: Init<typeof v1.SearchRequest>, options?: CallOptions): Promise<SearchResult> {
    const joiner = new EntryJoiner();
    const result: SearchResult = { entries: [], references: [] };
    return this.#submit({ search: v1.SearchRequest.fromPartial(request) }, options, ({ search }) => {
      for (const part of search?.entries ?? []) {
        const entry = joiner.join(part);
        if (entry) result.entries.push(entry);
      }
      for (const reference of search?.references ?? []) result.references.push(reference);
      result.done = search?.done;
      return result;
    });
  }

  getEntry(request: Init<typeof v1.GetEntryRequest>, options?: CallOptions) {
    return this.#submit({ getEntry: v1.GetEntryRequest.fromPartial(request) }, options, (reply) => reply.getEntry!);
  }

  compare(request: Init<typeof v1.CompareRequest>, options?: CallOptions) {
    return this.#submit({ compare: v1.CompareRequest.fromPartial(request) }, options, (reply) => reply.compare!);
  }

  whoAmI(request: Init<typeof v1.WhoAmIRequest> = {}, options?: CallOptions) {
    return this.#submit({ whoAmI: v1.WhoAmIRequest.fromPartial(request) }, options, (reply) => reply.whoAmI!);
  }

  add(request: Init<typeof v1.AddRequest>, options?: CallOptions) {
    return this.#submit({ add: v1.AddRequest.fromPartial(request) }, options, (reply) => reply.add!);
  }

  modify(request: Init<typeof v1.ModifyRequest>, options?: CallOptions) {
    return this.#submit({ modify: v1.ModifyRequest.fromPartial(request) }, options, (reply) => reply.modify!);
  }

  delete(request: Init<typeof v1.DeleteRequest>, options?: CallOptions) {
    return this.#submit({ deleteEntry: v1.DeleteRequest.fromPartial(request) }, options, (reply) => reply.deleteEntry!);
  }

  modifyDn(request: Init<typeof v1.ModifyDnRequest>, options?: CallOptions) {
    return this.#submit({ modifyDn: v1.ModifyDnRequest.fromPartial(request) }, options, (reply) => reply.modifyDn!);
  }

  changePassword(request: Init<typeof v1.ChangePasswordRequest>, options?: CallOptions) {
    const changePassword = v1.ChangePasswordRequest.fromPartial(request);
    return this.#submit({ changePassword }, options, (reply) => reply.changePassword!);
  }

  extended(request: Init<typeof v1.ExtendedRequest>, options?: CallOptions) {
    return this.#submit({ extended: v1.ExtendedRequest.fromPartial(request) }, options, (reply) => reply.extended!);
  }

  /** Takes no more calls, and resolves when all have been answered. */
  close(): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  /** Abandons everything that has not been answered. */
  cancel(): void {
    this.#closed = true;
    this.#fail(new DirleaseError(status.CANCELLED, 'the pipeline was cancelled'));
    this.#stream?.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#closed = true;
    if (this.#waiting.size + this.#running.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    const stream = this.#stream;
    if (!stream) return;
    const ended = new Promise((resolve) => stream.once('status', resolve));
    stream.end();
    await ended;
  }

  #submit<R>(
    call: Omit<v1.PipelineCall, 'id' | 'timeout'>,
    { deadlineMs = this.#defaultMs, signal }: CallOptions = {},
    result: (reply: v1.PipelineReply) => R,
  ): Promise<R> {
    let abandon = () => {};
    const answer = new Promise<R>((resolve, reject) => {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#closed) throw new Error('the pipeline is closed');
      let value: R;
      const pending: Pending = {
        call: { ...call, timeout: deadlineMs === Infinity ? undefined : duration(deadlineMs) },
        id: 0,
        abandoned: false,
        take: (reply) => (value = result(reply)),
        resolve: () => resolve(value),
        reject,
      };
      this.#waiting.add(pending);
      abandon = () => this.#abandon(pending);
      this.#flushSoon();
    });
    // It may fail before the caller comes to await it, which must not end the process.
    const settled = answer.catch(() => {});
    if (signal) {
      signal.addEventListener('abort', abandon, { once: true });
      if (signal.aborted) abandon();
      void settled.then(() => signal.removeEventListener('abort', abandon));
    }
    return answer;
  }

  #abandon(pending: Pending): void {
    if (this.#stream && this.#running.has(pending.id)) {
      pending.abandoned = true; // Should the lease turn out to be lost, it is not made on another one.
      this.#stream.write({ session: '', calls: [v1.PipelineCall.fromPartial({ abandon: pending.id })] });
    } else if (this.#waiting.delete(pending) || this.#running.delete(pending.id)) {
      pending.reject(new DirleaseError(status.CANCELLED, 'abandoned before it was begun'));
      this.#checkIdle();
    }
  }

  // Not before the program waits: all that it submits until then shares a message.
  #flushSoon(): void {
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined;
      if (!this.#recovering) this.#send();
    });
  }

  #send(): void {
    // Not one call for each answer, but half a window at a time.
    if (this.#running.size > this.#window / 2) return;
    let calls: v1.PipelineCall[] = [];
    const write = () => {
      if (calls.length > 0) (this.#stream ??= this.#begin()).write({ session: '', calls });
      calls = [];
    };
    for (const pending of this.#waiting) {
      if (this.#running.size >= this.#window) break;
      if (calls.length === mostCallsInMessage) write();
      this.#waiting.delete(pending);
      pending.id = ++this.#lastId;
      this.#running.set(pending.id, pending);
      calls.push({ ...pending.call, id: pending.id });
    }
    write();
  }

  #begin(): Stream {
    const { stream, recover } = this.#start();
    stream.on('data', (response: v1.PipelineResponse) => {
      for (const reply of response.replies) this.#take(reply);
      this.#checkIdle();
      this.#flushSoon();
    });
    stream.on('error', (error) => this.#lost(stream, DirleaseError.fromCall(error), recover));
    return stream;
  }

  #take(reply: v1.PipelineReply): void {
    const pending = this.#running.get(reply.id);
    if (!pending) return;
    pending.take(reply);
    if (!reply.status) return;
    this.#running.delete(reply.id);
    if (reply.status.code === status.OK) pending.resolve();
    else pending.reject(DirleaseError.fromReply(reply.status));
  }

  // A stream that is refused because its lease is gone has begun nothing: its calls go to a new lease, once. Every other end
  // is the pipeline's.
  async #lost(stream: Stream, error: unknown, recover: PipelineStream['recover']): Promise<void> {
    if (stream !== this.#stream) return;
    this.#stream = undefined;
    this.#recovering = true;
    try {
      if (!this.#mayReopen) throw error;
      this.#mayReopen = false;
      await recover(error);
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const pending of this.#running.values()) {
        if (pending.abandoned) pending.reject(error);
        else this.#waiting.add(pending);
      }
      this.#running.clear();
      for (const pending of waiting) this.#waiting.add(pending);
    } catch (unrecovered) {
      this.#failure = unrecovered;
      this.#fail(unrecovered);
    }
    this.#recovering = false;
    this.#checkIdle();
    this.#flushSoon();
  }

  #fail(error: unknown): void {
    const all = [...this.#running.values(), ...this.#waiting];
    this.#running.clear();
    this.#waiting.clear();
    for (const pending of all) pending.reject(error);
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#waiting.size + this.#running.size === 0) this.#idle?.();
  }
}
