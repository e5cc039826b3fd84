import { isTieoutError, type Problem, type TieoutError } from '../shared/errors.ts';
import type { Instant } from '../shared/values/instant.ts';
import { hasUsageId } from './cache/mapping-store.ts';
import { openBilling, openUsage, openWorkspace, type Workspace } from './compose.ts';
import type { PipelineSettings } from './config/config.ts';
import type { Environment } from './config/setting.ts';
import type { MutationResult } from './fixtures/run.ts';
import { proveWorkspace, type QueriesProof } from './prove-queries.ts';
import { type BooksThere, checkBooks } from './pull/evidence-check.ts';
import type { BillingSource } from './sources/billing-source.ts';
import type { ClickHouseConfig } from './sources/clickhouse/source.ts';
import type { UsageSource } from './sources/usage-source.ts';

/** The answer of `tieout check` (interfaces.md section 6). */
export type CheckResult = {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** With `--prove`: the cases that come with Tieout, for the templates in use. */
  readonly builtIn?: { readonly passed: number; readonly failed: number };
  /** With `--mutate`: whether a case notices each known way of getting a query wrong. */
  readonly mutations?: readonly MutationResult[];
  /** The same of the cases that come with Tieout, for templates that no case of the workspace uses. */
  readonly builtInMutations?: readonly MutationResult[];
  readonly meters: readonly {
    readonly key: string;
    readonly dryRun: { readonly rows: number; readonly seconds: number } | null;
    readonly fixtures: { readonly passed: number; readonly failed: number };
  }[];
  /** The meters of the named pipelines; absent where there are none. */
  readonly pipelines?: readonly {
    readonly pipeline: string;
    readonly meter: string;
    readonly dryRun: DryRunFigures | null;
  }[];
};

type DryRunFigures = { readonly rows: number; readonly seconds: number };

/** Looks for everything that would stop a pull, and reports all of it at once, each with its remedy. */
export async function checkWorkspace(
  folder: string,
  options: {
    readonly env: Environment;
    readonly now: Instant;
    readonly signal: AbortSignal;
    readonly prove?: { readonly mutate: boolean };
  },
): Promise<CheckResult> {
  let workspace: Workspace;
  try {
    workspace = openWorkspace(folder, options.env);
  } catch (error) {
    return { ok: false, problems: problemsOf(error), meters: [] };
  }
  const { config } = workspace;
  const proof =
    options.prove === undefined ? null : await prove(workspace, { ...options.prove, signal: options.signal });
  const [{ usage, pipelines }, billing] = await Promise.all([
    checkUsage(workspace, options.now),
    checkBilling(workspace, options.now),
  ]);
  const problems = [
    ...config.unset,
    ...config.warnings.map(asWarning),
    ...usage.problems,
    ...pipelines.flatMap(({ problems: found }) => found),
    ...billing,
    ...(proof?.problems ?? []),
  ];
  const dryRuns = figuresOf(usage);
  return {
    ok: problems.every((problem) => problem.severity === 'warning'),
    problems,
    ...(proof === null ? {} : { builtIn: proof.builtIn }),
    ...(options.prove?.mutate === true && proof !== null
      ? { mutations: proof.mutations, builtInMutations: proof.shippedMutations }
      : {}),
    meters: config.meters.map(({ key }) => ({
      key,
      dryRun: dryRuns.get(key) ?? null,
      fixtures: proof?.byMeter.get(key) ?? { passed: 0, failed: 0 },
    })),
    ...(pipelines.length === 0 ? {} : { pipelines: pipelines.flatMap(pipelineMeters) }),
  };
}

const figuresOf = ({ dryRuns }: UsageCheck): ReadonlyMap<string, DryRunFigures> =>
  new Map(dryRuns.map(({ meter, rows, seconds }) => [meter, { rows, seconds: Math.round(seconds * 1000) / 1000 }]));

const pipelineMeters = (check: PipelineCheck): NonNullable<CheckResult['pipelines']> => {
  const figures = figuresOf(check);
  return check.pipeline.meters.map(({ key }) => ({
    pipeline: check.pipeline.key,
    meter: key,
    dryRun: figures.get(key) ?? null,
  }));
};

type Proof = Pick<QueriesProof, 'byMeter' | 'builtIn' | 'mutations' | 'shippedMutations' | 'problems'>;

/** An engine that cannot be started is one problem more, not the end of the check. */
async function prove(
  workspace: Workspace,
  options: { readonly mutate: boolean; readonly signal: AbortSignal },
): Promise<Proof> {
  try {
    return await proveWorkspace(workspace, options);
  } catch (error) {
    const nothing = { byMeter: new Map(), builtIn: { passed: 0, failed: 0 }, mutations: [], shippedMutations: [] };
    return { ...nothing, problems: problemsOf(error) };
  }
}

type UsageCheck = Awaited<ReturnType<UsageSource['check']>>;

type PipelineCheck = UsageCheck & { readonly pipeline: PipelineSettings };

/** A pipeline without a ClickHouse of its own is asked where the meters are; an engine of one folder runs once. */
async function checkUsage(
  workspace: Workspace,
  now: Instant,
): Promise<{ readonly usage: UsageCheck; readonly pipelines: readonly PipelineCheck[] }> {
  const { config } = workspace;
  const shared = config.pipelines.filter(({ clickhouse }) => clickhouse === config.clickhouse);
  const pipelines: PipelineCheck[] = [];
  const usage = await withUsage(workspace, async (source, server) => {
    const found = await source.check(config.meters, now);
    for (const pipeline of shared) pipelines.push(await checkPipeline(source, pipeline, now));
    const there = config.pipelines.map((pipeline) => ({
      ...pipeline,
      pipeline: pipeline.key,
      has: { rollup: shared.includes(pipeline), cutover: true },
    }));
    return { ...found, problems: [...found.problems, ...(await booksProblems(server, there))] };
  });
  for (const pipeline of config.pipelines) {
    if (shared.includes(pipeline)) continue;
    const own = { ...workspace, config: { ...config, clickhouse: pipeline.clickhouse } };
    const found = await withUsage(own, async (source, server) => {
      const checked = await checkPipeline(source, pipeline, now);
      const there = [{ ...pipeline, pipeline: pipeline.key, has: { rollup: true, cutover: false } }];
      return { ...checked, problems: [...checked.problems, ...(await booksProblems(server, there))] };
    });
    pipelines.push({ pipeline, ...found });
  }
  return { usage, pipelines };
}

/** A source that cannot be opened is a problem of its own. */
async function withUsage(
  workspace: Workspace,
  ask: (source: UsageSource, server: ClickHouseConfig) => Promise<UsageCheck>,
): Promise<UsageCheck> {
  try {
    const usage = await openUsage(workspace);
    try {
      return await ask(usage.source, usage.server);
    } finally {
      await usage.close();
    }
  } catch (error) {
    return { problems: withoutUnset(problemsOf(error)), dryRuns: [] };
  }
}

/** A server that cannot be reached was said already. */
async function booksProblems(server: ClickHouseConfig, books: readonly BooksThere[]): Promise<readonly Problem[]> {
  if (books.every(({ rollup, cutover }) => rollup === null && cutover === null)) return [];
  const { createEvidenceSource } = await import('./sources/clickhouse/evidence.ts');
  const source = createEvidenceSource(server);
  try {
    return await checkBooks(source, books, new AbortController().signal);
  } finally {
    await source.close();
  }
}

async function checkPipeline(source: UsageSource, pipeline: PipelineSettings, now: Instant): Promise<PipelineCheck> {
  const { problems, dryRuns } = await source.check(pipeline.meters, now);
  const placed = problems.map((problem) => {
    const meter = pipeline.meters[Number(/meters\[(\d+)\]/.exec(problem.path ?? '')?.[1])];
    const place = meter === undefined ? `pipelines.${pipeline.key}` : meter.path;
    return {
      ...problem,
      path: problem.path?.replace(/^(meters\[\d+\]\.usage|clickhouse)/, place) ?? place,
      message: `Pipeline ${pipeline.key}: ${problem.message}`,
    };
  });
  return { pipeline, problems: placed, dryRuns };
}

async function checkBilling(workspace: Workspace, now: Instant): Promise<readonly Problem[]> {
  try {
    const billing = await openBilling(workspace);
    try {
      const { problems, meters } = await billing.source.check(now);
      if (problems.some((problem) => problem.severity !== 'warning')) return problems;
      return [...problems, ...meterProblems(workspace, meters), ...(await mappingProblems(workspace, billing.source))];
    } finally {
      await billing.close();
    }
  } catch (error) {
    return withoutUnset(problemsOf(error));
  }
}

/** Unset references are reported once, from the configuration, with the place of each. */
const withoutUnset = (problems: readonly Problem[]): readonly Problem[] =>
  problems.filter((problem) => problem.code !== 'config.env_not_set');

/** A rule that fits none of the customers would leave every cell unmapped. */
async function mappingProblems(workspace: Workspace, billing: BillingSource): Promise<readonly Problem[]> {
  let seen = 0;
  for await (const customers of billing.customers(new AbortController().signal)) {
    seen += customers.length;
    if (customers.some((customer) => hasUsageId(customer, workspace.config.customers, workspace.links))) return [];
    if (seen >= MATCH_SAMPLE) break;
  }
  if (seen === 0) return [];
  return [
    {
      code: 'mapping.no_match',
      path: 'tieout.yaml customers.match',
      message: `None of ${seen} Stripe customers has a usage id by this rule.`,
      remedy: 'Check the metadata key, or map customers with a file (customers.file).',
    },
  ];
}

/** So many customers without a match are evidence enough. */
const MATCH_SAMPLE = 1000;

/** Meters of the file that Stripe lacks, and of Stripe that the file lacks. */
function meterProblems(
  { config }: Workspace,
  meters: readonly { readonly id: string; readonly eventName: string; readonly status: string }[],
): readonly Problem[] {
  const problems: Problem[] = [];
  const matched = new Set<string>();
  for (const meter of config.meters) {
    const { stripe } = meter;
    const found = meters.filter((held) =>
      'id' in stripe ? held.id === stripe.id : held.eventName === stripe.eventName,
    );
    for (const held of found) matched.add(held.id);
    const wanted = 'id' in stripe ? stripe.id : stripe.eventName;
    if (found.length === 0) {
      problems.push({
        code: 'stripe.meter_not_found',
        path: `${meter.path}.stripe`,
        message: `Stripe has no meter ${wanted} for ${meter.key}.`,
        remedy: 'Create the meter in Stripe, or correct its event name or id.',
      });
    } else if (found.every((held) => held.status === 'inactive')) {
      problems.push({
        code: 'stripe.meter_inactive',
        severity: 'warning',
        path: `${meter.path}.stripe`,
        message: `The meter ${wanted} is inactive in Stripe: it accepts no events.`,
        remedy: 'Reactivate it in Stripe if it is still to be billed.',
      });
    }
  }
  for (const held of meters) {
    if (matched.has(held.id) || held.status === 'inactive') continue;
    problems.push({
      code: 'stripe.meter_unconfigured',
      severity: 'warning',
      path: null,
      message: `Stripe has the meter ${held.eventName}, which tieout.yaml does not name.`,
      remedy: 'Add it under meters, so that its usage is compared too.',
    });
  }
  return problems;
}

const asWarning = (problem: Problem): Problem => ({ ...problem, severity: 'warning' });

function problemsOf(error: unknown): readonly Problem[] {
  if (!isTieoutError(error)) throw error;
  const own: TieoutError = error;
  if (own.problems.length > 0) return own.problems;
  return [
    { code: own.code, path: own.path, message: own.message, ...(own.remedy === null ? {} : { remedy: own.remedy }) },
  ];
}
