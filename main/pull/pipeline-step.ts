import { isTieoutError, type TieoutError } from '../../shared/errors.ts';
import { endPull, isPipelineMeter } from '../cache/pull-store.ts';
import type { PulledPipeline, PullPipeline } from './pull-request.ts';
import type { PullWork } from './pull-work.ts';
import type { CustomerChoice } from './selection.ts';
import { pullUsage } from './usage-step.ts';

/**
 * Reads what the named pipelines measure, as the meters of the workspace are read, to take effect with them. One that
 * cannot be read is a warning: what was pulled of it before stays, and the month is pulled without it.
 */
export async function pullPipelines(work: PullWork, choice: CustomerChoice): Promise<readonly PulledPipeline[]> {
  const pulled: PulledPipeline[] = [];
  for (const pipeline of work.request.pipelines ?? []) {
    const selected = selectMeters(pipeline, work.request.select.meters);
    if (selected.meters.length > 0) pulled.push(await pullPipeline(work, selected, choice));
  }
  return pulled;
}

/** Meters are selected by their key in the workspace. */
const selectMeters = (pipeline: PullPipeline, keys: readonly string[] | undefined): PullPipeline => ({
  ...pipeline,
  meters: pipeline.meters.filter(({ key }) => keys === undefined || keys.includes(key.slice(key.lastIndexOf('/') + 1))),
});

async function pullPipeline(work: PullWork, pipeline: PullPipeline, choice: CustomerChoice): Promise<PulledPipeline> {
  const { request } = work;
  const from = request.now();
  const before = new Set(work.open);
  const seconds = (): number => (request.now() - from) / 1000;
  try {
    const opened = await pipeline.open();
    try {
      const own: PullWork = { ...work, request: { ...request, usage: opened.source } };
      const counts = await pullUsage(own, pipeline.meters, choice);
      return { key: pipeline.key, ...counts, seconds: seconds(), isComplete: true };
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (work.signal.aborted || !isOfSource(error)) throw error;
    giveUp(work, { before, failure: error.message });
    work.warn({
      code: error.code,
      path: `pipelines.${pipeline.key}`,
      message: `The pipeline ${pipeline.key} was not pulled: ${error.message}`,
      remedy: error.remedy ?? 'What was pulled of it before stays in force.',
    });
    return { key: pipeline.key, rows: 0, bytes: 0, seconds: seconds(), isComplete: false };
  }
}

const isOfSource = (error: unknown): error is TieoutError =>
  isTieoutError(error) && !error.code.startsWith('workspace.') && !error.code.startsWith('cache.');

/** Pulls of the pipeline that did not come to their end. */
function giveUp(
  { request: { db, now }, open, measured }: PullWork,
  of: { readonly before: ReadonlySet<number>; readonly failure: string },
): void {
  const kept = new Set([...measured].filter(([key]) => isPipelineMeter(key)).map(([, { pull }]) => pull));
  for (const pull of [...open]) {
    if (of.before.has(pull) || kept.has(pull)) continue;
    endPull(db, pull, { state: 'failed', finishedAt: now(), failure: of.failure });
    open.delete(pull);
  }
}
