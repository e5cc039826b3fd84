import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTieoutError, type Problem } from '../shared/errors.ts';
import { compareBytes } from '../shared/values/order.ts';
import { openScratchEngine, type Workspace } from './compose.ts';
import { builtIn } from './fixtures/built-in.ts';
import type { FixtureCase } from './fixtures/fixture.ts';
import { readFixtures } from './fixtures/read-fixtures.ts';
import { type CaseResult, type MutationResult, proveQueries } from './fixtures/run.ts';

/** The folder of a workspace that holds its cases, `*.yaml`. */
const FIXTURES_FOLDER = 'fixtures';

export type QueriesProof = {
  /** Of the workspace's own cases, by meter key. */
  readonly byMeter: ReadonlyMap<string, { readonly passed: number; readonly failed: number }>;
  /** Of the cases that come with Tieout, for the templates that the workspace uses. */
  readonly builtIn: { readonly passed: number; readonly failed: number };
  readonly cases: readonly CaseResult[];
  /** Those that come with Tieout. */
  readonly shipped: readonly CaseResult[];
  readonly mutations: readonly MutationResult[];
  /** Of the cases that come with Tieout for templates that no case of the workspace uses. */
  readonly shippedMutations: readonly MutationResult[];
  readonly problems: readonly Problem[];
};

/**
 * Proves each meter's query on small tables of rows, on the embedded engine, through the code and settings of a pull.
 * @param options.mutate also change every query in known ways, and see that some case notices
 * @param options.meter only the cases of one meter, and those that come with its template
 * @throws TieoutError `clickhouse.embedded_*` where this machine has no engine
 */
export async function proveWorkspace(
  workspace: Workspace,
  options: {
    readonly mutate: boolean;
    readonly meter?: string;
    readonly signal: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  },
): Promise<QueriesProof> {
  const { meter, onProgress } = options;
  const definitions = new Map(workspace.config.meters.map(({ key, usage }) => [key, usage]));
  const { cases: all, problems } = readAll(workspace.paths.folder, definitions);
  const cases = all.filter(({ meters }) => meter === undefined || meters.includes(meter));
  const shown = workspace.config.meters.filter(({ key }) => meter === undefined || key === meter);
  const known = [...new Set(shown.map(({ usage }) => usage.template))].flatMap((template) =>
    template === 'sql' ? [] : [builtIn(template)],
  );
  const total = cases.length + known.reduce((count, template) => count + template.cases.length, 0);
  let done = 0;
  const onCase = (): void => {
    done += 1;
    onProgress?.(done, total);
  };
  const engine = await openScratchEngine(options.signal);
  try {
    const own = await proveQueries(engine, cases, definitions, { ...options, onCase });
    const shipped: CaseResult[] = [];
    const shippedMutations: MutationResult[] = [];
    for (const template of known) {
      const isOwn = cases.some(({ meters }) =>
        meters.some((key) => definitions.get(key)?.template === template.template),
      );
      const run = { mutate: options.mutate && meter === undefined && !isOwn, signal: options.signal, onCase };
      const proof = await proveQueries(engine, template.cases, template.definitions, run);
      shipped.push(...proof.cases);
      shippedMutations.push(...proof.mutations);
    }
    const unproven = options.mutate
      ? [...definitions.keys()].filter((key) => !cases.some(({ meters }) => meters.includes(key)))
      : [];
    return {
      byMeter: new Map(
        [...definitions.keys()].map((key) => [key, countOf(own.cases.filter((one) => one.meters.includes(key)))]),
      ),
      builtIn: countOf(shipped),
      cases: own.cases,
      shipped,
      mutations: own.mutations,
      shippedMutations,
      problems: [
        ...problems,
        ...[...own.cases, ...shipped].flatMap((one) => one.problems),
        ...unnoticed(own.mutations),
        ...unproven.map(withoutCases),
      ],
    };
  } finally {
    await engine.close();
  }
}

/** How many cases of the workspace name each meter; null where one of its files cannot be read. */
export function countCases(workspace: Workspace): ReadonlyMap<string, number> | null {
  const definitions = new Map(workspace.config.meters.map(({ key, usage }) => [key, usage]));
  const { cases, problems } = readAll(workspace.paths.folder, definitions);
  if (problems.length > 0) return null;
  const counts = new Map<string, number>();
  for (const key of cases.flatMap(({ meters }) => meters)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const countOf = (cases: readonly CaseResult[]): { passed: number; failed: number } => {
  const failed = cases.filter((one) => one.problems.length > 0).length;
  return { passed: cases.length - failed, failed };
};

/** A query that may be wrong without any case noticing is not proven in that respect. */
const unnoticed = (mutations: readonly MutationResult[]): readonly Problem[] =>
  mutations
    .filter(({ caughtBy }) => caughtBy === null)
    .map(({ meter, sentence }) => ({
      severity: 'warning',
      code: 'fixture.unnoticed',
      path: FIXTURES_FOLDER,
      message: `No case of ${meter} would notice if ${sentence}.`,
      remedy: 'Add a case whose result depends on it.',
    }));

const withoutCases = (meter: string): Problem => ({
  severity: 'warning',
  code: 'fixture.unnoticed',
  path: FIXTURES_FOLDER,
  message: `No case names ${meter}: its columns, filter and scale may be wrong without anybody noticing.`,
  remedy: `Add a case of it to ${FIXTURES_FOLDER}/*.yaml; docs/prove-queries.md shows one.`,
});

function readAll(
  folder: string,
  definitions: Parameters<typeof readFixtures>[2],
): { readonly cases: readonly FixtureCase[]; readonly problems: readonly Problem[] } {
  const directory = join(folder, FIXTURES_FOLDER);
  const cases: FixtureCase[] = [];
  const problems: Problem[] = [];
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => /\.ya?ml$/.test(name)) : [];
  for (const name of names.sort(compareBytes)) {
    try {
      cases.push(
        ...readFixtures(readFileSync(join(directory, name), 'utf8'), `${FIXTURES_FOLDER}/${name}`, definitions),
      );
    } catch (error) {
      if (!isTieoutError(error)) throw error;
      const { code, message, path } = error;
      problems.push(...(error.problems.length > 0 ? error.problems : [{ code, message, path }]));
    }
  }
  return { cases, problems };
}
