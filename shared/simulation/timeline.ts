import type { Instant } from '../values/instant.ts';
import type { TimelineEntry } from './run.ts';

/** `billing`: all but what happens to single usage reports, of which there may be millions. */
export type TimelineDetail = 'all' | 'billing';

/** An entry before it has its place. */
type Entry<Of> = Of extends TimelineEntry ? Omit<Of, 'seq' | 'at'> : never;
export type TimelineNote = Entry<TimelineEntry>;

/** What happened, in order; entries are only added. */
export class Timeline {
  readonly hasUsage: boolean;
  readonly #entries: TimelineEntry[] = [];

  constructor(detail: TimelineDetail) {
    this.hasUsage = detail === 'all';
  }

  add(at: Instant, note: TimelineNote): void {
    this.#entries.push({ seq: this.#entries.length, at, ...note });
  }

  /** An entry that has its place: `seq` is the length before it. Millions come like this. */
  push(entry: TimelineEntry): void {
    this.#entries.push(entry);
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Takes back what was added since: it could not be done after all. */
  cutTo(length: number): void {
    this.#entries.length = length;
  }

  /** A copy: what is added later is not in it. */
  get entries(): readonly TimelineEntry[] {
    return this.#entries.slice();
  }
}
