import type { MonthColumn } from '../../shared/contract/schemas.ts';
import { formatAge, formatClock } from '../format/time.ts';

export type Freshness = {
  readonly text: string;
  readonly detail: string;
  readonly state: 'fresh' | 'partial' | 'none';
};

/** When the older of the two sides was pulled: no figure is newer than that. */
export function freshnessOf(asOf: MonthColumn['asOf'] | undefined, now: number): Freshness {
  const { clickhouse = null, stripe = null } = asOf ?? {};
  const pulled = [clickhouse, stripe].filter((at): at is string => at !== null).sort();
  const [oldest] = pulled;
  const detail = [
    `ClickHouse: ${clickhouse === null ? 'not pulled' : formatClock(clickhouse, now)}`,
    `Stripe: ${stripe === null ? 'not pulled' : formatClock(stripe, now)}`,
  ].join(' · ');
  if (oldest === undefined) return { text: 'not pulled yet', detail, state: 'none' };
  const age = formatAge(oldest, now);
  const text = `pulled ${formatClock(oldest, now)} (${age})`;
  if (pulled.length === 1)
    return { text: `${clickhouse === null ? 'Stripe' : 'ClickHouse'} alone ${text}`, detail, state: 'partial' };
  return { text, detail, state: 'fresh' };
}
