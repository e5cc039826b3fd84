import type { CutoverPlan, ReservationAnswer, ReservationRequest } from '../../shared/contract/pipelines-schemas.ts';
import type { ExitCode } from '../../shared/reconciliation/result.ts';
import { type Instant, parseDuration, parseInstant } from '../../shared/values/instant.ts';
import { requireRollup } from '../api/pipelines/books.ts';
import { cutoverPlan } from '../api/pipelines/cutover-view.ts';
import { findPipeline } from '../api/pipelines/parity-meters.ts';
import { reservationAnswer } from '../api/pipelines/reservation-view.ts';
import {
  type CutoverContext,
  findingOf,
  isWrong,
  type RollupReport,
  rollupHead,
  rollupPeriod,
  rollupReport,
} from '../api/pipelines/rollup-view.ts';
import { isClean, type SeamReport, seamHead, seamReport, seamRow } from '../api/pipelines/seam-view.ts';
import { openForReading } from '../cache/open-for-reading.ts';
import { readSnapshot } from '../cache/snapshot.ts';
import { nowIn, type Workspace } from '../compose.ts';

/** A cutover as it stands: its plan, the seam where there is one already, and the rollup of the pipeline. */
export type CutoverAnswer = {
  readonly plan: CutoverPlan;
  readonly seam: SeamReport;
  /** Null: tieout.yaml describes none. */
  readonly rollup: RollupReport | null;
};

/**
 * @param options.at T, ISO-8601
 * @param options.reach how far on either side of T the seam is looked at, such as `48h`
 * @throws TieoutError `parity.not_found`, `cutover.*`, `cache.*`, `instant.malformed`
 */
export function cutoverWorkspace(
  workspace: Workspace,
  options: { readonly pipeline?: string | undefined; readonly at: string; readonly reach?: string | undefined },
  run: { readonly now: () => Instant },
): CutoverAnswer {
  const at = parseInstant(options.at, '--at');
  const reachMs = options.reach === undefined ? undefined : parseDuration(options.reach, '--reach');
  return inCache(workspace, run, (context) => {
    const { key: pipeline, rollup } = findPipeline(workspace.config, options.pipeline);
    // Until T everything is in shadow, and what is wrong in it would go wrong after T.
    const billFrom = at <= context.now ? { billFrom: at } : {};
    return {
      plan: cutoverPlan(context, { pipeline, at: options.at }, Number.POSITIVE_INFINITY),
      seam: seamReport(context, { pipeline, at, ...(reachMs === undefined ? {} : { reachMs }) }),
      rollup: rollup === null ? null : rollupReport(context, { pipeline, period: null, ...billFrom }),
    };
  });
}

/** @throws TieoutError `parity.not_found`, `cutover.*`, `cache.*`, `instant.malformed` */
export function rollupWorkspace(
  workspace: Workspace,
  options: {
    readonly pipeline?: string | undefined;
    readonly from?: string | undefined;
    readonly to?: string | undefined;
  },
  run: { readonly now: () => Instant },
): RollupReport {
  return inCache(workspace, run, (context) => {
    const pipeline = requireRollup(workspace.config, options.pipeline);
    const asked = { ...options, pipeline: pipeline.key };
    return rollupReport(context, { pipeline: pipeline.key, period: rollupPeriod(context, asked) });
  });
}

/** @throws TieoutError `parity.not_found`, `cutover.*`, `cache.*`, `instant.malformed` */
export const reservationOf = (
  workspace: Workspace,
  request: Omit<ReservationRequest, 'pipeline'> & { readonly pipeline?: string | undefined },
  run: { readonly now: () => Instant },
): ReservationAnswer =>
  inCache(workspace, run, (context) =>
    reservationAnswer(context, { ...request, pipeline: requireRollup(workspace.config, request.pipeline).key }),
  );

function inCache<T>(
  workspace: Workspace,
  run: { readonly now: () => Instant },
  work: (context: CutoverContext) => T,
): T {
  const now = nowIn(workspace, run.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  const { config } = workspace;
  try {
    return readSnapshot(db, () => work({ db, config, now }));
  } finally {
    db.close();
  }
}

/** 0: nothing is wrong. 1: something is. 3: something could not be compared. */
export function rollupExit({ faults, problems }: RollupReport): ExitCode {
  if (faults.some(isWrong)) return 1;
  return problems.length > 0 ? 3 : 0;
}

/** 0: every check holds, and what is over is clean. 1: something does not hold, or is not clean. 3: something cannot be told. */
export function cutoverExit({ plan, seam, rollup }: CutoverAnswer): ExitCode {
  const ofRollup = rollup === null ? 0 : rollupExit(rollup);
  const isDirty = seam.state === 'checked' && !isClean(seam);
  if (plan.before.some(({ held }) => held === false) || isDirty || ofRollup === 1) return 1;
  const isUntold = plan.before.some(({ held }) => held === null) || ofRollup === 3;
  return isUntold || (plan.phase === 'past' && seam.state !== 'checked') ? 3 : 0;
}

/** `tieout rollup --json`. */
export const rollupDocument = (report: RollupReport) => ({
  tieout: 1,
  kind: 'rollup',
  pipeline: report.pipeline,
  ...rolledPart(report),
  exit: rollupExit(report),
});

const rolledPart = (report: RollupReport) => ({ ...rollupHead(report), findings: report.faults.map(findingOf) });

/** `tieout cutover --json` (interfaces.md section 6). */
export function cutoverDocument(answer: CutoverAnswer) {
  const { plan, seam, rollup } = answer;
  const { clean, gaps, overlaps, pipeline: _, at: __, ...head } = seamHead(seam);
  const rowsOf = (kind: 'gap' | 'overlap') => seam.pieces.filter((piece) => piece.kind === kind).map(seamRow);
  return {
    tieout: 1,
    kind: 'cutover',
    ...plan,
    seam: {
      clean: head.state === 'checked' ? clean : null,
      gaps: rowsOf('gap'),
      overlaps: rowsOf('overlap'),
      totals: { gaps, overlaps },
      ...head,
    },
    rollup: rollup === null ? null : rolledPart(rollup),
    exit: cutoverExit(answer),
  };
}
