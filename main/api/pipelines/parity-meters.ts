import { createHash } from 'node:crypto';
import { TieoutError } from '../../../shared/errors.ts';
import type { ParityRules } from '../../../shared/reconciliation/pipelines/parity-rules.ts';
import { formatDecimal, normalize } from '../../../shared/values/decimal.ts';
import type { Fraction } from '../../../shared/values/fraction.ts';
import { pipelineMeter } from '../../cache/pull-store.ts';
import type { Config, PipelineSettings } from '../../config/config.ts';
import { usageFingerprint } from '../../config/fingerprint.ts';

/** One of the two measurements of a meter. */
export type ParitySide = {
  /** Under which its usage is kept. */
  readonly key: string;
  readonly scale: Fraction;
  readonly template: string;
  /** Of the settings in force now; usage pulled under another one does not compare. */
  readonly fingerprint: string;
};

/** A meter as two pipelines measure it: the reference bills today, the candidate is the named one. */
export type ParityMeter = {
  readonly pipeline: string;
  readonly meter: string;
  readonly unit: string;
  readonly stripe: Config['meters'][number]['stripe'];
  readonly rules: ParityRules;
  readonly reference: ParitySide;
  readonly candidate: ParitySide;
  /** Digest of what an hour is judged by: checks that were made under others prove nothing now. */
  readonly terms: string;
};

/** The meters of a pipeline in the order of tieout.yaml. */
export const parityMeters = (config: Config, pipeline: PipelineSettings): readonly ParityMeter[] =>
  pipeline.meters.flatMap(({ key, usage }) => {
    const meter = config.meters.find((each) => each.key === key);
    if (meter === undefined) return [];
    const reference = sideOf(key, meter.usage, config.clickhouse);
    const candidate = sideOf(pipelineMeter(pipeline.key, key), usage, pipeline.clickhouse);
    return [
      {
        pipeline: pipeline.key,
        meter: key,
        unit: meter.unit,
        stripe: meter.stripe,
        rules: pipeline.parity,
        reference,
        candidate,
        terms: termsOf(pipeline.parity, [reference, candidate]),
      },
    ];
  });

function termsOf(rules: ParityRules, sides: readonly ParitySide[]): string {
  const { tolerance, alertShare, floor, minimumCustomers, only } = rules;
  const shares = [tolerance, alertShare, floor].map((each) => formatDecimal(normalize(each)));
  const all = [sides.map(({ fingerprint }) => fingerprint), shares, minimumCustomers, only];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, TERMS_LENGTH);
}

const TERMS_LENGTH = 16;

const sideOf = (
  key: string,
  usage: Config['meters'][number]['usage'],
  clickhouse: Config['clickhouse'],
): ParitySide => ({
  key,
  scale: usage.scale,
  template: usage.template,
  fingerprint: usageFingerprint(usage, clickhouse),
});

/** @throws TieoutError `parity.not_found` */
export function findPipeline(config: Config, name: string | undefined): PipelineSettings {
  const { pipelines } = config;
  const [only, ...others] = pipelines;
  if (name === undefined && only !== undefined && others.length === 0) return only;
  const found = pipelines.find(({ key }) => key === name);
  if (found !== undefined) return found;
  const names = pipelines.map(({ key }) => key).join(', ');
  if (pipelines.length === 0) {
    throw new TieoutError('parity.not_found', {
      message: 'tieout.yaml names no pipeline.',
      path: 'pipelines',
      remedy: 'Name another measurement of a meter under pipelines (docs/pipelines.md).',
    });
  }
  throw new TieoutError('parity.not_found', {
    message:
      name === undefined ? `tieout.yaml names ${pipelines.length} pipelines.` : `tieout.yaml has no pipeline ${name}.`,
    path: '--pipeline',
    remedy: `Choose one of: ${names}.`,
  });
}

/** @throws TieoutError `parity.not_found` */
export function findParityMeter(config: Config, pipeline: string, meter: string): ParityMeter {
  const settings = findPipeline(config, pipeline);
  const found = parityMeters(config, settings).find((each) => each.meter === meter);
  if (found !== undefined) return found;
  throw new TieoutError('parity.not_found', {
    message: `The pipeline ${pipeline} does not measure ${meter}.`,
    path: '--meter',
    remedy: `Choose among: ${settings.meters.map(({ key }) => key).join(', ')}.`,
  });
}
