import type { Expired, MeterFacts, Tally } from '../../shared/reconciliation/quality/facts.ts';
import { instant } from '../../shared/values/instant.ts';
import { sumUnmapped, tallyEvidence } from '../cache/quality-store.ts';
import type { UsageInspection, UsageScan } from '../sources/usage-source.ts';
import { runSteps, untilAborted } from './abort.ts';
import type { PullMeter } from './pull-request.ts';
import type { PullWork } from './pull-work.ts';

const DEFAULT_SKEW_MS = 60_000;

/** What the rows of a scan say about themselves, by meter; of the whole month and all customers, whatever is read. */
export async function inspectScan(work: PullWork, scan: UsageScan): Promise<ReadonlyMap<number, UsageInspection>> {
  const { request, signal, period } = work;
  const now = request.now();
  const after = instant(now + (request.clockSkewMs ?? DEFAULT_SKEW_MS));
  const found = await untilAborted(signal, request.usage.inspect({ scan, period, now, after, signal }));
  return new Map(found.map((inspection) => [inspection.meter, inspection]));
}

const NONE: Tally = { count: 0n, ids: 0, worst: null };

/** What a pull found out about its rows: from the table, from what was left out, and from whose usage it is. */
export async function gatherFacts(
  work: PullWork,
  of: {
    readonly meter: PullMeter;
    readonly pull: number;
    readonly exponent: number;
    readonly inspection: UsageInspection | null;
    readonly expired: Expired | null;
  },
): Promise<MeterFacts> {
  const { db } = work.request;
  const { meter, inspection } = of;
  const evidence = await runSteps(work.signal, tallyEvidence(db, of.pull));
  const unmapped = await runSteps(work.signal, sumUnmapped(db, of.pull, of.exponent));
  const seen = (figure: string | null): Tally | null => (figure === null ? null : (evidence.get(figure) ?? NONE));
  const figures = figuresOf(meter);
  return {
    meter: meter.key,
    rows: inspection?.rows ?? null,
    pairs: inspection?.pairs ?? null,
    observedMs: inspection?.observedMs ?? null,
    regressions: seen(figures.regressions),
    gapsMs: seen(figures.gaps),
    droppedPairs: figures.gaps === null ? null : (evidence.get('dropped_pairs')?.count ?? 0n),
    negative: inspection?.negative ?? seen(figures.negative),
    future: inspection?.future ?? null,
    duplicates: seen(figures.duplicates),
    valueless: seen(figures.valueless),
    unmapped,
    expired: of.expired,
  };
}

type Figures = Readonly<Record<'regressions' | 'gaps' | 'negative' | 'duplicates' | 'valueless', string | null>>;

const NOTHING: Figures = { regressions: null, gaps: null, negative: null, duplicates: null, valueless: null };

/** Which figures of the evidence say what, by template; null: the template cannot know. */
function figuresOf({ usage }: PullMeter): Figures {
  switch (usage.template) {
    case 'counter_checkpoints':
      return {
        ...NOTHING,
        regressions: usage.isGauge ? null : 'regressions',
        gaps: 'dropped_ms',
        duplicates: 'same_instant',
        valueless: 'null_pairs',
      };
    case 'interval_samples':
      return { ...NOTHING, negative: 'negative_values', duplicates: 'duplicates', valueless: 'null_values' };
    case 'events':
      return {
        ...NOTHING,
        duplicates:
          usage.columns.id !== null && ['sum', 'count', 'last'].includes(usage.aggregate) ? 'duplicates' : null,
        valueless: 'null_values',
      };
    case 'active_series':
      return { ...NOTHING, valueless: 'null_keys' };
    case 'sql':
      return { ...NOTHING, negative: 'negative_values', valueless: 'null_values' };
  }
}
