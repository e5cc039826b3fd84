import { judgeAcceptance, type MetricAcceptance } from '../../../shared/reconciliation/acceptance.ts';
import { lastHeld } from '../../../shared/reconciliation/last-held.ts';
import { type ShadowRow, shadowReport, shadowVerdict } from '../../../shared/reconciliation/shadow-report.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { flag, type Json, type JsonObject, list, object, text, type VectorClass } from '../vector.ts';

export const drift: VectorClass = {
  answer: ({ input }) => {
    const pairs = list(input.metrics, 'metrics').map((entry) => {
      const { metric, local, stripe } = object(entry, 'metric');
      return {
        metric: text(metric, 'metric'),
        local: parseDecimal(text(local, 'local')),
        stripe: parseDecimal(text(stripe, 'stripe')),
      };
    });
    const { metrics, netted, isAccepted } = judgeAcceptance(pairs, parseDecimal(text(input.epsilon, 'epsilon')));
    return {
      per_metric: metrics.map((metric) => ({ metric: metric.metric, ...driftFields(metric) })),
      overall_netted: {
        local: formatDecimal(netted.local),
        stripe: formatDecimal(netted.stripe),
        ...driftFields(netted),
      },
      accepted: isAccepted,
    };
  },
};

const driftFields = ({ difference, share, isAccepted }: MetricAcceptance): JsonObject => ({
  drift_abs: formatDecimal(difference),
  drift_pct: formatDecimal(share),
  pass: isAccepted,
});

export const lastHeldValue: VectorClass = {
  answer: ({ input }) => {
    const { start, end } = object(input.period, 'period');
    const posts = list(input.posts, 'posts').map((entry) => {
      const { timestamp, value, accepted } = object(entry, 'post');
      return {
        at: parseInstant(text(timestamp, 'timestamp')),
        value: parseDecimal(text(value, 'value')),
        isAccepted: accepted === undefined || flag(accepted, 'accepted'),
      };
    });
    const { held, possible, isAmbiguous } = lastHeld(posts, {
      from: parseInstant(text(start, 'start')),
      to: parseInstant(text(end, 'end')),
    });
    return {
      held: held === null ? null : formatDecimal(held),
      possible: possible.map(formatDecimal),
      ambiguous: isAmbiguous,
    };
  },
};

export const shadowRow: VectorClass = {
  answer: ({ input }) => {
    const { verdict, isStructural, upstreamOk, difference } = shadowVerdict(readShadowRow(input));
    return { verdict: vectorWord(verdict), structural: isStructural, upstream_ok: upstreamOk, diff: difference };
  },
};

export const shadowReportOf: VectorClass = {
  answer: ({ input }) => {
    const rows = list(input.rows, 'rows').map(readShadowRow);
    const report = shadowReport(rows, input.strict !== undefined && flag(input.strict, 'strict'));
    return {
      verdicts: report.rows.map((row) => vectorWord(row.verdict)),
      structural: report.structural,
      stale: report.stale,
      upstream_drifted: report.upstreamDrifted,
      exit_code: report.exit,
    };
  },
};

/** The vectors call `missing_usage` as metering.md does. */
const vectorWord = (verdict: string): string => (verdict === 'missing_usage' ? 'missing_clickhouse' : verdict);

function readShadowRow(entry: Json): ShadowRow {
  const row = object(entry, 'row');
  const evidence = row.evidence ?? null;
  return {
    measured: textOrNull(row.clickhouse, 'clickhouse'),
    metered: textOrNull(row.stripe, 'stripe'),
    meterExists: flag(row.meter_exists, 'meter_exists'),
    relativeTolerance: parseDecimal(text(row.tolerance, 'tolerance')),
    stalenessMs: seconds(row.max_lag_s, 'max_lag_s'),
    held: evidence === null ? null : readEvidence(object(evidence, 'evidence')),
  };
}

const readEvidence = (evidence: JsonObject): ShadowRow['held'] => ({
  atHourStart: text(evidence.clickhouse_at_hour_start, 'clickhouse_at_hour_start'),
  atHourEnd: text(evidence.clickhouse_at_hour_end, 'clickhouse_at_hour_end'),
  ageMs: seconds(evidence.held_age_s, 'held_age_s'),
});

const textOrNull = (value: Json | undefined, name: string): string | null =>
  value === null || value === undefined ? null : text(value, name);

const seconds = (value: Json | undefined, name: string): number => Number(text(value, name)) * 1000;
