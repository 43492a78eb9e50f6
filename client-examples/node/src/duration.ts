import type { Duration } from '../gen/google/protobuf/duration.js';

export function duration(ms: number): Duration {
  return { seconds: Math.trunc(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) };
}

export function milliseconds(value: Duration | undefined): number {
  return (value?.seconds ?? 0) * 1000 + (value?.nanos ?? 0) / 1e6;
}
