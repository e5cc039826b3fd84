import type { RatingOptions } from '../../../shared/rating/options.ts';
import type { Tolerance } from '../../../shared/reconciliation/tolerance.ts';
import type { Fraction } from '../../../shared/values/fraction.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { countingOf, type SeriesCounting } from '../../cache/series-store.ts';
import type { Config } from '../../config/config.ts';
import type { CustomerLink } from '../../config/customers-file.ts';
import {
  mappingFingerprint,
  seriesFingerprint,
  stripeFingerprint,
  usageFingerprint,
} from '../../config/fingerprint.ts';

type KeptSeries = {
  readonly counting: SeriesCounting;
  readonly fingerprint: string;
  /** Measured from raw reports, and not from a cache of last activity in ClickHouse. */
  readonly isRecounted: boolean;
};

/** What the configuration says about one meter, as far as the tie-out must know. */
export type ReconcileMeter = {
  readonly key: string;
  readonly unit: string;
  readonly stripe: { readonly eventName: string } | { readonly id: string };
  readonly tolerance: Tolerance & { readonly stalenessMs: number };
  readonly scale: Fraction;
  readonly combine: 'sum' | 'last' | 'max';
  readonly template: string;
  /** Of the settings in force now; a pull under another one cannot be compared. */
  readonly usageFingerprint: string;
  readonly stripeFingerprint: string;
  /** When its pushes went over from one pusher to another. */
  readonly cutovers?: readonly Instant[];
  /** Of a meter that keeps its series: how they are counted, and what they mean. */
  readonly series?: KeptSeries | null;
};

export type ReconcileSettings = {
  readonly workspace: string;
  readonly meters: readonly ReconcileMeter[];
  readonly mappingFingerprint: string;
  readonly rating: RatingOptions;
  /** Whether customers on a test clock take part. */
  readonly testClocks: boolean;
  /** Stripe ids or usage ids; absent: every customer. */
  readonly customers?: readonly string[];
};

/** @param links of the customers file, where the mapping is a file */
export const reconcileSettings = (config: Config, links: readonly CustomerLink[] | null): ReconcileSettings => ({
  workspace: config.name,
  meters: config.meters.map((meter) => ({
    key: meter.key,
    unit: meter.unit,
    stripe: meter.stripe,
    tolerance: meter.tolerance,
    scale: meter.usage.scale,
    combine: meter.usage.combine,
    template: meter.usage.template,
    usageFingerprint: usageFingerprint(meter.usage, config.clickhouse),
    stripeFingerprint: stripeFingerprint(meter, config.stripe),
    series: seriesOf(meter.usage, config),
    ...cutoversOf(meter.key, config),
  })),
  mappingFingerprint: mappingFingerprint(config.customers, links),
  rating: config.rating,
  testClocks: config.stripe.testClocks,
});

/** From when on a pipeline bills the meter instead of another one, as its rollup says. */
function cutoversOf(meter: string, { pipelines }: Config): Pick<ReconcileMeter, 'cutovers'> {
  const cutovers = pipelines.flatMap(({ rollup }) =>
    rollup === null || rollup.meter !== meter || rollup.isShadow || rollup.billFrom === null ? [] : [rollup.billFrom],
  );
  return cutovers.length === 0 ? {} : { cutovers: cutovers.sort((a, b) => a - b) };
}

function seriesOf(usage: Config['meters'][number]['usage'], config: Config): KeptSeries | null {
  const fingerprint = seriesFingerprint(usage, config.clickhouse);
  if (fingerprint === null || usage.template !== 'active_series') return null;
  return { counting: countingOf(usage), fingerprint, isRecounted: usage.columns.at !== null };
}

/** Keys of the meters that count distinct things: their hours do not add up to another period. */
export const distinctMetersOf = (config: Config): ReadonlySet<string> =>
  new Set(config.meters.filter(({ usage }) => isDistinct(usage)).map(({ key }) => key));

const isDistinct = (usage: Config['meters'][number]['usage']): boolean =>
  usage.template === 'active_series' || (usage.template === 'events' && usage.aggregate === 'distinct');

/** How tieout.yaml names the meter of Stripe. */
export const stripeMeterName = (meter: Pick<ReconcileMeter, 'stripe'>): string =>
  'eventName' in meter.stripe ? meter.stripe.eventName : meter.stripe.id;
