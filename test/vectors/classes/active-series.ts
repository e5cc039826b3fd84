import type { SeriesCounting } from '../../../main/cache/series-store.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import {
  monthsOf,
  openSeriesWorld,
  type Report,
  type SeriesWorld,
  startSeriesEngine,
} from '../../main/pull/series-world.ts';
import type { TestEngine } from '../../main/sources/clickhouse/engine.ts';
import {
  type Json,
  type JsonObject,
  list,
  MalformedVector,
  object,
  text,
  type VectorCase,
  type VectorClass,
} from '../vector.ts';

/**
 * Reports are rows on the real engine, and after every step that changes them the months are pulled into a cache on
 * disk: `active` is counted from the cache, `reported_in_window` by the engine from the raw rows. A report that was
 * rolled back is seen by a pull that is broken off.
 */
let running: Promise<TestEngine> | null = null;
let count = 0;

export const activeSeries: VectorClass = {
  answer: async ({ input }: VectorCase) => {
    running ??= startSeriesEngine();
    const projects = object(input.projects, 'projects');
    const orgs = new Set(Object.values(projects).map((project) => text(object(project, 'project').org, 'org')));
    count += 1;
    const world = await openSeriesWorld(await running, `series_vector_${count}`, [...orgs]);
    try {
      return { checks: await replay(world, projects, list(input.steps, 'steps')) };
    } finally {
      world.close();
    }
  },
  close: async () => {
    const engine = await running;
    running = null;
    await engine?.stop();
  },
};

async function replay(world: SeriesWorld, projects: JsonObject, steps: readonly Json[]): Promise<Json[]> {
  let reports: readonly Report[] = [];
  const deletedProjects = new Set<string>();
  const checks: Json[] = [];
  const change = async (next: readonly Report[]): Promise<void> => {
    const months = monthsOf([...reports, ...next]);
    reports = next;
    await world.hold(reports);
    for (const month of months) await world.pull(month);
  };
  for (const entry of steps) {
    const step = object(entry, 'step');
    switch (text(step.op, 'op')) {
      case 'report':
        await change([...reports, ...reportOf(projects, step, deletedProjects)]);
        break;
      case 'rolled_back_report': {
        const lost = reportOf(projects, step, deletedProjects);
        await world.hold([...reports, ...lost]);
        for (const month of monthsOf(lost)) await world.breakOff(month);
        await world.hold(reports);
        break;
      }
      case 'delete_report':
        await change(reports.filter((report) => !isReport(report, step)));
        break;
      case 'delete_project': {
        const project = text(step.project, 'project');
        deletedProjects.add(project);
        await change(reports.map((report) => (report.project === project ? { ...report, deleted: true } : report)));
        break;
      }
      case 'delete_entity': {
        const kind = entityKind(step);
        await change(reports.map((report) => (report[kind] === step.id ? { ...report, deleted: true } : report)));
        break;
      }
      case 'archive':
        // Nothing of a report says whether its entities are archived, and none of its columns is looked at for it.
        break;
      case 'check':
        checks.push(await check(world, step));
        break;
      default:
        throw new MalformedVector(`the step ${text(step.op, 'op')} is not known`);
    }
  }
  return checks;
}

function reportOf(projects: JsonObject, step: JsonObject, deletedProjects: ReadonlySet<string>): readonly Report[] {
  const project = text(step.project, 'project');
  const { org, visibility } = object(projects[project], 'project');
  const report: Report = {
    org: text(org, 'org'),
    project,
    testbed: text(step.testbed, 'testbed'),
    benchmark: text(step.benchmark, 'benchmark'),
    measure: text(step.measure, 'measure'),
    at: parseInstant(text(step.at, 'at')),
    visibility: visibility === 'private' ? 'private' : 'public',
    deleted: deletedProjects.has(project),
  };
  return Array.from({ length: Number(step.iterations ?? 1) }, () => report);
}

const REPORT_KEYS = ['project', 'testbed', 'benchmark', 'measure'] as const;

const isReport = (report: Report, step: JsonObject): boolean =>
  report.at === parseInstant(text(step.at, 'at')) &&
  REPORT_KEYS.every((key) => step[key] === undefined || step[key] === report[key]);

function entityKind({ kind }: JsonObject): 'testbed' | 'benchmark' | 'measure' {
  if (kind === 'testbed' || kind === 'benchmark' || kind === 'measure') return kind;
  throw new MalformedVector(`there is no entity of kind ${JSON.stringify(kind)}`);
}

async function check(world: SeriesWorld, step: JsonObject): Promise<Json> {
  const org = text(step.org, 'org');
  const period = { from: parseInstant(text(step.start, 'start')), to: parseInstant(text(step.end, 'end')) };
  const counting: SeriesCounting = {
    visibility: step.visibility === 'private' ? 'private' : 'all',
    end: step.end_mode === 'inclusive' ? 'inclusive' : 'exclusive',
  };
  return {
    at_step: text(step.name, 'name'),
    active: world.active(org, period, counting),
    reported_in_window: await world.reported(org, period, counting),
  };
}
