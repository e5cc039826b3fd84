import type {
  RollupRequest,
  RollupWindow,
  SeamRequest,
  SeamWindow,
} from '../../../shared/contract/pipelines-schemas.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { readEvidencePulls } from '../../cache/evidence-store.ts';
import { pullsInForceKey } from '../../cache/pull-store.ts';
import { digestOf } from '../../cache/run-digest.ts';
import { type CutoverContext, type RollupReport, rollupPeriod, rollupReport, rollupWindow } from './rollup-view.ts';
import { type SeamReport, seamReport, seamWindow } from './seam-view.ts';

/** A rollup and a seam are made once as long as nothing new was pulled; their pages are slices of them. */
export class CutoverCache {
  #rollup: { readonly key: string; readonly report: RollupReport } | null = null;
  #seam: { readonly key: string; readonly report: SeamReport } | null = null;

  /** @throws TieoutError `parity.not_found`, `cutover.not_configured` */
  rollup(context: CutoverContext, request: RollupRequest): RollupWindow {
    const { pipeline, from, to } = request;
    const key = keyOf(context, [pipeline, from ?? '', to ?? '']);
    if (this.#rollup?.key !== key) {
      this.#rollup = { key, report: rollupReport(context, { pipeline, period: rollupPeriod(context, request) }) };
    }
    return rollupWindow(this.#rollup.report, request);
  }

  /** @throws TieoutError `parity.not_found`, `cutover.not_configured`, `instant.malformed` */
  seam(context: CutoverContext, request: SeamRequest): SeamWindow {
    const { pipeline, at } = request;
    const key = keyOf(context, [pipeline, at]);
    if (this.#seam?.key !== key) {
      this.#seam = { key, report: seamReport(context, { pipeline, at: parseInstant(at, 'at') }) };
    }
    return seamWindow(this.#seam.report, request);
  }
}

/** Changes with every pull, and with every setting of the pipeline. */
const keyOf = (
  { db, config }: CutoverContext,
  asked: readonly [pipeline: string, ...rest: readonly string[]],
): string => {
  const { rollup, cutover } = config.pipelines.find(({ key }) => key === asked[0]) ?? {};
  const settings = [rollup, cutover, config.rating];
  return digestOf('cutover', [asked, pullsInForceKey(db), readEvidencePulls(db, asked[0]), settings]);
};
