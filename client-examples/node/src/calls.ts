import {
  type CallOptions as GrpcCallOptions,
  type Client,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { DirleaseError } from './errors.js';

/** What the constructor of a generated message takes: every field is optional. */
export type Init<M extends { fromPartial(object: never): unknown }> = Parameters<M['fromPartial']>[0];

export interface CallOptions {
  /** From now; Infinity = none. The gateway's default when it is missing. */
  deadlineMs?: number;
  /** Aborting cancels the call, and so abandons the operation at the directory. */
  signal?: AbortSignal;
}

export interface PreparedOptions extends GrpcCallOptions {
  deadline: number;
  signal?: AbortSignal;
}

export function callOptions(options: CallOptions, defaultMs: number): PreparedOptions {
  return { deadline: Date.now() + (options.deadlineMs ?? defaultMs), signal: options.signal };
}

/** The promise's outcome, or DEADLINE_EXCEEDED when that comes later. The promise is not cancelled. */
export async function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  if (!Number.isFinite(deadline)) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new DirleaseError(status.DEADLINE_EXCEEDED, 'the deadline passed while a new lease was opened');
    timer = setTimeout(() => reject(error), deadline - Date.now());
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export type UnaryMethod<Q, R> = (
  request: Q,
  metadata: Metadata,
  options: Partial<GrpcCallOptions>,
  callback: (error: ServiceError | null, response: R) => void,
) => ClientUnaryCall;

export function unary<Q, R>(
  client: Client,
  method: UnaryMethod<Q, R>,
  request: Q,
  { signal, ...options }: PreparedOptions,
  onHeaders: (headers: Metadata) => void = () => {},
): Promise<R> {
  return new Promise((resolve, reject) => {
    const call = method.call(client, request, new Metadata(), options, (error, response) => {
      signal?.removeEventListener('abort', cancel);
      if (error) reject(DirleaseError.fromCall(error));
      else resolve(response);
    });
    const cancel = () => call.cancel();
    call.on('metadata', onHeaders);
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** The messages of a server stream. Leaving the loop early cancels the call. */
export async function* messages<R>(call: ClientReadableStream<R>, signal?: AbortSignal): AsyncGenerator<R, void, void> {
  const cancel = () => call.cancel();
  // The status of a cancelled call is emitted after the loop has gone, when nobody else listens.
  call.on('error', () => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    yield* call as AsyncIterable<R>;
  } catch (error) {
    throw DirleaseError.fromCall(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}
