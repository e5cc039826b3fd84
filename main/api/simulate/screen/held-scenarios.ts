import { createHash } from 'node:crypto';
import type { ScenarioCheck, ScenarioProblem } from '../../../../shared/contract/simulate-schemas.ts';
import { type ErrorDocument, errorDocument, isTieoutError, TieoutError } from '../../../../shared/errors.ts';
import { type SimulationAnswer, simulationDocument } from '../../../../shared/simulation/answer.ts';
import type { SimulationRun } from '../../../../shared/simulation/run.ts';
import { runScenario } from '../../../../shared/simulation/run-scenario.ts';
import { readScenario } from '../../../../shared/simulation/scenario/read-scenario.ts';
import type { Scenario } from '../../../../shared/simulation/scenario.ts';
import { parseExactJson } from '../../../../shared/values/exact-json.ts';
import { formatInstant, type Instant } from '../../../../shared/values/instant.ts';
import {
  type JsonNode,
  JsonTextError,
  nearestNode,
  placeAt,
  readJsonPlaces,
} from '../../../../shared/values/json-places.ts';
import { type TimelineSheet, timelineSheet } from './timeline-sheet.ts';

/** A scenario that could be played, with what came of the whole of it. */
export type HeldScenario = HeldHead & { readonly scenario: Scenario; readonly sheet: TimelineSheet };

/** The clock at one moment; the answer is without its timeline. */
export type HeldHead = { readonly run: SimulationRun; readonly answer: SimulationAnswer };

/** What is being written, what is saved and what is compared with: a few, of which a long one may take a while. */
const KEPT_SCENARIOS = 6;
const KEPT_HEADS = 60;

/** Scenarios that somebody looks at, each read and played once, however often the clock is moved. */
export class HeldScenarios {
  readonly #held = new Map<string, { readonly check: ScenarioCheck; readonly held: HeldScenario | null }>();
  readonly #heads = new Map<string, HeldHead>();

  /** What a text means, or everything that is wrong with it. */
  check(text: string): ScenarioCheck {
    const digest = digestOf(text);
    const known = this.#held.get(digest);
    if (known !== undefined) {
      keepLast(this.#held, digest, known, KEPT_SCENARIOS);
      return known.check;
    }
    const { held, problems } = played(text);
    const check = { digest, problems, overview: held === null ? null : overviewOf(held) };
    keepLast(this.#held, digest, { check, held }, KEPT_SCENARIOS);
    return check;
  }

  /** @throws TieoutError `scenario.text_gone` where it was not checked, or long ago */
  get(digest: string): HeldScenario {
    const found = this.#held.get(digest)?.held;
    if (found !== undefined && found !== null) return found;
    throw new TieoutError('scenario.text_gone', {
      message: 'The scenario is no longer at hand.',
      remedy: 'Look at it again.',
    });
  }

  /** @throws TieoutError `scenario.text_gone` */
  at(digest: string, at: Instant): HeldHead {
    const held = this.get(digest);
    if (at >= held.run.now) return held;
    const key = `${digest} ${at}`;
    const known = this.#heads.get(key);
    const head = known ?? headOf(held.scenario, at);
    keepLast(this.#heads, key, head, KEPT_HEADS);
    return head;
  }
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function keepLast<Value>(kept: Map<string, Value>, key: string, value: Value, most: number): void {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}

const headOf = (scenario: Scenario, at: Instant): HeldHead =>
  answered(scenario, runScenario(scenario, { until: at, timeline: 'billing' }));

/** The timeline has a sheet of its own, of which only what is looked at is written out. */
const answered = (scenario: Scenario, run: SimulationRun): HeldHead => ({
  run,
  answer: simulationDocument({ ...scenario, usage: [] }, { ...run, timeline: [] }),
});

function played(text: string): { readonly held: HeldScenario | null; readonly problems: ScenarioProblem[] } {
  try {
    const scenario = readScenario(parsed(text));
    const run = runScenario(scenario);
    return { held: { scenario, ...answered(scenario, run), sheet: timelineSheet(scenario, run) }, problems: [] };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return { held: null, problems: problemsIn(text, errorDocument(error)) };
  }
}

/** @throws TieoutError `document-malformed` */
function parsed(text: string): unknown {
  try {
    return parseExactJson(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new TieoutError('document-malformed', {
      message: text.trim() === '' ? 'There is no scenario yet: the text is empty.' : 'This is no JSON.',
      remedy: 'A scenario is one JSON document; docs/simulation.md names its fields.',
      cause,
    });
  }
}

/** Every problem with its place in the text. */
function problemsIn(text: string, document: ErrorDocument): ScenarioProblem[] {
  const root = rootOf(text);
  if (root instanceof JsonTextError) {
    const isEmpty = text.trim() === '';
    const said = isEmpty ? document.message : `This is no JSON: ${root.message}.`;
    const place = isEmpty ? { line: null, column: null } : placeAt(text, root.offset);
    return [{ code: document.code, path: null, message: said, remedy: document.remedy, ...place }];
  }
  const { code, path, message, remedy } = document;
  const all = document.problems ?? [{ code, path, message, ...(remedy === null ? {} : { remedy }) }];
  return all.map((problem) => ({
    code: problem.code,
    path: problem.path,
    message: problem.message,
    remedy: problem.remedy ?? null,
    ...(problem.path === null ? { line: null, column: null } : placeAt(text, nearestNode(root, problem.path).from)),
  }));
}

function rootOf(text: string): JsonNode | JsonTextError {
  try {
    return readJsonPlaces(text);
  } catch (error) {
    if (error instanceof JsonTextError) return error;
    throw error;
  }
}

function overviewOf({ scenario, run, sheet }: HeldScenario): ScenarioCheck['overview'] {
  return {
    name: scenario.name,
    start: formatInstant(scenario.start),
    end: formatInstant(run.now),
    customers: scenario.customers.length,
    subscriptions: scenario.customers.reduce((sum, { subscriptions }) => sum + subscriptions.length, 0),
    usage: scenario.usage.length,
    isGrouped: sheet.isGrouped,
    heads: [...sheet.heads],
  };
}
