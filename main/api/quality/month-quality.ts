import type { QualityMeter } from '../../../shared/reconciliation/quality/facts.ts';
import { type QualityGate, qualityGate } from '../../../shared/reconciliation/quality/gate.ts';
import { judgeQuality, type MonthQuality } from '../../../shared/reconciliation/quality/judge.ts';
import type { QualitySettings } from '../../../shared/reconciliation/quality/settings.ts';
import { type MonthKey, monthPeriod } from '../../../shared/values/period.ts';
import type { Db } from '../../cache/open.ts';
import { readPullsInForce } from '../../cache/pull-store.ts';
import { readQuality } from '../../cache/quality-store.ts';

/** What is known of the data of a month, judged by what the workspace tolerates now. */
export type JudgedQuality = MonthQuality & { readonly gate: QualityGate };

export type QualityRequest = {
  readonly db: Db;
  readonly month: MonthKey;
  readonly meters: readonly QualityMeter[];
  readonly settings: QualitySettings;
};

/** Reads what the pulls in force found out about their rows. Of a meter that was not pulled, nothing is known. */
export function monthQuality({ db, month, meters, settings }: QualityRequest): JudgedQuality {
  const facts = readPullsInForce(db, month).flatMap(({ source, pull }) =>
    source === 'clickhouse' ? (readQuality(db, pull) ?? []) : [],
  );
  const quality = judgeQuality({ meters, facts, period: monthPeriod(month) }, settings);
  return { ...quality, gate: qualityGate(quality.findings, quality.unchecked) };
}
