import type { SearchDone, SearchReference, SearchResponse } from '../gen/dirlease/v1/directory_service.js';
import type { Attribute, SearchEntry } from '../gen/dirlease/v1/ldap.js';

/**
 * The entries of a search, as they arrive. The search begins with the loop; leaving the loop early, by break, return or an
 * exception, abandons it at the directory. A search of which the whole did not arrive throws at the end of the loop.
 */
export class SearchStream implements AsyncIterable<SearchEntry> {
  /** Referrals to other directories that came so far. */
  readonly references: SearchReference[] = [];
  /** The directory's own last word, once the loop has ended. */
  done?: SearchDone;
  readonly #responses: () => AsyncIterable<SearchResponse>;

  constructor(responses: () => AsyncIterable<SearchResponse>) {
    this.#responses = responses;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SearchEntry, void, void> {
    const whole = new EntryJoiner();
    for await (const response of this.#responses()) {
      this.references.push(...response.references);
      this.done = response.done;
      for (const part of response.entries) {
        const entry = whole.join(part);
        if (entry) yield entry;
      }
    }
  }

  /** All entries in memory: for searches that are known to be small. */
  async toArray(): Promise<SearchEntry[]> {
    const entries: SearchEntry[] = [];
    for await (const entry of this) entries.push(entry);
    return entries;
  }
}

/** Large entries come in pieces, each but the last `continued`: puts them together again. */
export class EntryJoiner {
  #begun?: SearchEntry;

  /** The entry, when this part completes it. */
  join(part: SearchEntry): SearchEntry | undefined {
    if (this.#begun) append(this.#begun, part);
    const entry = this.#begun ?? part;
    this.#begun = part.continued ? entry : undefined;
    if (part.continued) return undefined;
    entry.continued = false;
    return entry;
  }
}

function append(entry: SearchEntry, part: SearchEntry): void {
  for (const attribute of part.attributes) {
    const known = find(entry, attribute.type);
    if (known) {
      for (const value of attribute.values) known.values.push(value);
      for (const value of attribute.textValues) known.textValues.push(value);
    } else {
      entry.attributes.push(attribute);
    }
  }
  entry.controls.push(...part.controls);
}

/** An attribute's values as octets; none when the entry does not have it. */
export function bytes(entry: SearchEntry, type: string): Uint8Array[] {
  const attribute = find(entry, type);
  if (!attribute) return [];
  return attribute.values.length ? attribute.values : attribute.textValues.map((text) => Buffer.from(text));
}

/** An attribute's values as text; none when the entry does not have it. */
export function texts(entry: SearchEntry, type: string): string[] {
  const attribute = find(entry, type);
  if (!attribute) return [];
  return attribute.textValues.length
    ? attribute.textValues
    : attribute.values.map((value) => Buffer.from(value.buffer, value.byteOffset, value.length).toString());
}

function find(entry: SearchEntry, type: string): Attribute | undefined {
  const wanted = type.toLowerCase();
  return entry.attributes.find((attribute) => attribute.type.toLowerCase() === wanted);
}
