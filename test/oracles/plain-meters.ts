import type { Scenario, ScenarioEvent } from '../../shared/simulation/scenario.ts';
import { addQ, NOUGHT, Q, whole } from './plain-fraction.ts';

/** How the meters may be made wrong on purpose. */
export type MeterRules = {
  readonly dropsDuplicates: boolean;
  readonly refusesOldEvents: boolean;
  readonly lastIsReceivedLast: boolean;
  readonly windowKeepsLast: boolean;
  readonly endBelongsToPeriod: boolean;
};

/**
 * A moment is an instant and a place within it: 0 is what the clock brings, 1 is usage, from 2 on are actions. Halves
 * between two places are exact, too.
 */
const PLACES = 1000;
export const moment = (at: number, place = 0): number => at * PLACES + place;
/** After everything that happens at an instant. */
export const endOf = (at: number): number => moment(at, PLACES - 1);
export const instantOf = (given: number): number => Math.floor(given / PLACES);

type Kept = {
  readonly identifier: string | null;
  readonly meterId: string;
  readonly customerId: string;
  readonly second: number;
  readonly receivedAt: number;
  readonly value: Q;
  /** When it was cancelled, as a moment. */
  cancelled: number;
};
type Part = { readonly second: number; readonly value: Q };
type Range = { readonly from: number; readonly to: number };
type Cell = { readonly meterId: string; readonly customerId: string };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** Usage as it stands in a scenario, asked again from the beginning for every total. */
export class PlainMeters {
  readonly #scenario: Scenario;
  readonly #rules: MeterRules;
  readonly #ordered: readonly ScenarioEvent[];
  readonly #kept: readonly Kept[];

  constructor(scenario: Scenario, rules: MeterRules) {
    this.#scenario = scenario;
    this.#rules = rules;
    this.#ordered = scenario.usage
      .map((event, index) => ({ event, index }))
      .sort((a, b) => a.event.sentAt - b.event.sentAt || a.index - b.index)
      .map(({ event }) => event);
    this.#kept = this.#receive();
  }

  #receive(): readonly Kept[] {
    const kept: Kept[] = [];
    const seen: { identifier: string; eventName: string; at: number; kept: Kept | null }[] = [];
    for (const event of this.#ordered) {
      if (event.sentAt - event.timestamp > 35 * DAY && this.#rules.refusesOldEvents) continue;
      if (event.timestamp - event.sentAt > 5 * 60_000) continue;
      const known = seen.some(({ identifier, at }) => identifier === event.identifier && event.sentAt - at < DAY);
      if (known && this.#rules.dropsDuplicates) continue;
      const meter = this.#scenario.catalog.meters.find(({ eventName }) => eventName === event.eventName);
      const isCounted = meter?.status === 'active' && NUMBER.test(event.value) && digits(event.value) <= 15;
      const one: Kept | null = isCounted
        ? {
            identifier: event.identifier,
            meterId: meter.id,
            customerId: event.customerId,
            second: Math.floor(event.timestamp / 1000),
            receivedAt: event.sentAt,
            value: Q.of(event.value),
            cancelled: Number.POSITIVE_INFINITY,
          }
        : null;
      if (one !== null) kept.push(one);
      const { identifier } = event;
      if (identifier !== null) seen.push({ identifier, eventName: event.eventName, at: event.sentAt, kept: one });
    }
    for (const [index, action] of this.#scenario.actions.entries()) {
      if (action.do !== 'cancel_event') continue;
      const target = seen
        .filter(
          ({ identifier, eventName, at }) =>
            identifier === action.identifier && eventName === action.eventName && at <= action.at,
        )
        .at(-1);
      const one = target?.kept;
      if (target === undefined || one === null || one === undefined) continue;
      if (action.at - target.at > DAY || one.cancelled !== Number.POSITIVE_INFINITY) continue;
      one.cancelled = moment(action.at, 2 + index);
    }
    return kept;
  }

  /** What the meter holds of [from, to), from events received before a moment. */
  metered({ meterId, customerId }: Cell, range: Range, before: number): Q {
    const parts = this.#kept.filter(
      (event) =>
        event.meterId === meterId &&
        event.customerId === customerId &&
        moment(event.receivedAt, 1) < before &&
        event.cancelled >= before,
    );
    return this.#total(meterId, parts, range);
  }

  /** By our own count: every identifier once, refused or not, but none that was taken back. */
  measured({ meterId, customerId }: Cell, range: Range, before: number): Q {
    const meter = this.#scenario.catalog.meters.find(({ id }) => id === meterId);
    const identifiers = new Set<string>();
    const parts: Part[] = [];
    for (const { eventName, customerId: customer, identifier, sentAt, timestamp, value } of this.#ordered) {
      const isMine = eventName === meter?.eventName && customer === customerId;
      if (!isMine || moment(sentAt, 1) >= before || !NUMBER.test(value)) continue;
      if (identifier !== null && identifiers.has(identifier)) continue;
      if (identifier !== null) identifiers.add(identifier);
      const isTakenBack = this.#kept.some(
        (one) => identifier !== null && one.identifier === identifier && one.cancelled < before,
      );
      if (!isTakenBack) parts.push({ second: Math.floor(timestamp / 1000), value: Q.of(value) });
    }
    return this.#total(meterId, parts, range);
  }

  #total(meterId: string, all: readonly Part[], { from, to }: Range): Q {
    const meter = this.#scenario.catalog.meters.find(({ id }) => id === meterId);
    if (meter === undefined) return NOUGHT;
    const counted = meter.eventTimeWindow === null ? all : this.#lastOfEach(all, meter.eventTimeWindow);
    const last = this.#rules.endBelongsToPeriod ? to : to - 1;
    const parts = counted.filter(({ second }) => from <= second * 1000 && second * 1000 <= last);
    switch (meter.formula) {
      case 'count':
        return whole(parts.length);
      case 'sum':
        return addQ(parts.map(({ value }) => value));
      case 'last': {
        if (this.#rules.lastIsReceivedLast) return parts.at(-1)?.value ?? NOUGHT;
        const second = Math.max(...parts.map((part) => part.second));
        return parts.filter((part) => part.second === second).at(-1)?.value ?? NOUGHT;
      }
    }
  }

  #lastOfEach(all: readonly Part[], window: 'hour' | 'day'): readonly Part[] {
    const size = window === 'hour' ? 3600 : 86_400;
    const bucket = ({ second }: Part): number => Math.floor(second / size);
    return all.filter((part, index) => {
      const others = this.#rules.windowKeepsLast ? all.slice(index + 1) : all.slice(0, index);
      return !others.some((other) => bucket(other) === bucket(part));
    });
  }
}

/** Significant ones: zeros before and after do not count. */
const digits = (text: string): number => {
  const [whole_ = '', part = ''] = text.replace('-', '').split('.');
  const all = whole_ + part.replace(/0+$/, '');
  return all.replace(/^0+/, '').replace(part === '' ? /0+$/ : /$^/, '').length;
};
