import { isAbsent, isRaw, shownValue } from '../../rating/document/fields.ts';
import { RATING_CHOICES, type RatingOptions, STRIPE_RATING } from '../../rating/options.ts';
import { ProblemList } from '../../rating/problems.ts';
import { DAY_MS, formatDuration, formatInstant, HOUR_MS, type Instant, instant } from '../../values/instant.ts';
import type { Scenario } from '../scenario.ts';
import { CatalogBuilder } from './catalog-builder.ts';
import {
  choiceOf,
  durationOf,
  entriesOf,
  instantOf,
  type Placed,
  readSection,
  requireInstant,
  type Section,
  textOf,
} from './own-fields.ts';
import { readActions } from './read-actions.ts';
import { readCustomers } from './read-customers.ts';
import { readExpectations } from './read-expect.ts';
import { readUsage } from './read-usage.ts';

const KEYS = [
  'name',
  'clock',
  'gracePeriod',
  'catalog',
  'customers',
  'usage',
  'actions',
  'advanceTo',
  'expect',
  'rating',
];

const DEFAULT_GRACE_MS = HOUR_MS;
/** Stripe's limit. */
const MOST_GRACE_MS = 72 * HOUR_MS;

/**
 * Reads a scenario (interfaces.md section 4; docs/simulation.md names every field). Our own keys are strict, unknown
 * fields of Stripe objects are not looked at.
 * @param raw what `parseExactJson` gives
 * @throws TieoutError with everything that is wrong, each with its own code and the path of the field
 */
export function readScenario(raw: unknown): Scenario {
  const problems = new ProblemList();
  if (!isRaw(raw)) {
    const remedy = 'Give an object with clock, catalog, customers and advanceTo.';
    problems.add('document-malformed', null, `${shownValue(raw)} is no simulation scenario.`, remedy);
    problems.throwIfAny();
  }
  const section = readSection({ value: raw, path: '' }, KEYS, problems, 'scenario');
  if (section === null) throw new TypeError('What is no object was reported');
  const start = readStart(section, problems);
  const catalog = new CatalogBuilder(start ?? NOWHERE, problems);
  const reading = { problems, catalog, start: start ?? NOWHERE };
  catalog.read(section.get('catalog'));
  const gracePeriodMs = readGracePeriod(section.get('gracePeriod'), problems);
  const customers = readCustomers(section.get('customers'), reading);
  const usage = readUsage(section.get('usage'), customers, reading);
  const actions = readActions(section.get('actions'), { customers, usage }, reading);
  const advanceTo = readAdvances(section.get('advanceTo'), start, problems);
  const expect = readExpectations(section.get('expect'), customers, reading);
  const rating = readRating(section.get('rating'), problems);
  const name = textOf(section.get('name'), problems) ?? 'unnamed scenario';
  problems.throwIfAny();
  const parts = { customers, usage, actions, advanceTo, expect, rating };
  return { name, start: start ?? NOWHERE, gracePeriodMs, catalog: catalog.catalog, ...parts };
}

/** Stands for the start of a clock that could not be read; the scenario is refused then. */
const NOWHERE: Instant = instant(0);

function readStart(section: Section, problems: ProblemList): Instant | null {
  const placed = section.get('clock');
  if (isAbsent(placed.value))
    return requireInstant({ value: null, path: 'clock.start' }, 'start of the clock', problems);
  const clock = readSection(placed, ['start'], problems, 'clock');
  return clock === null ? null : requireInstant(clock.get('start'), 'start of the clock', problems);
}

function readGracePeriod(placed: Placed, problems: ProblemList): number {
  const lengthMs = durationOf(placed, problems) ?? DEFAULT_GRACE_MS;
  if (lengthMs >= 0 && lengthMs <= MOST_GRACE_MS) return lengthMs;
  const shown = lengthMs < 0 ? `-${formatDuration(-lengthMs)}` : formatDuration(lengthMs);
  const remedy = 'Give "0s" to "72h", as Stripe allows.';
  problems.add('scenario.grace_period', placed.path, `The grace period is ${shown}.`, remedy);
  return DEFAULT_GRACE_MS;
}

/** A run is of months, not of ages: daily invoices of a hundred years fit into memory. */
const FARTHEST_MS = 36_525 * DAY_MS;

/** A clock only moves forward: each instant at the one before or after it, the first at the start or after it. */
function readAdvances(placed: Placed, start: Instant | null, problems: ProblemList): readonly Instant[] {
  let head = start;
  const advances: Instant[] = [];
  for (const entry of entriesOf(placed, problems)) {
    const at = isAbsent(entry.value)
      ? requireInstant(entry, 'instant to advance to', problems)
      : instantOf(entry, problems);
    if (at === null) continue;
    if (head !== null && at < head) {
      const message = `The clock stands at ${formatInstant(head)} and would be moved back to ${formatInstant(at)}.`;
      problems.add(
        'scenario.clock_backwards',
        entry.path,
        message,
        'A test clock only moves forward: give a later instant.',
      );
      continue;
    }
    if (start !== null && at - start > FARTHEST_MS) {
      const message = `The clock starts at ${formatInstant(start)} and would be moved to ${formatInstant(at)}.`;
      problems.add('scenario.value_malformed', entry.path, message, 'Simulate at most a hundred years.');
      continue;
    }
    head = at;
    advances.push(at);
  }
  return advances;
}

/** The options of the rater, under the names that they have below `rating:` in tieout.yaml. */
function readRating(placed: Placed, problems: ProblemList): RatingOptions {
  if (isAbsent(placed.value)) return STRIPE_RATING;
  const keys = Object.keys(RATING_CHOICES) as (keyof RatingOptions)[];
  const section = readSection(placed, keys, problems, 'set of rating options');
  if (section === null) return STRIPE_RATING;
  const chosen = keys.map((key) => [
    key,
    choiceOf<string>(section.get(key), RATING_CHOICES[key], STRIPE_RATING[key], problems),
  ]);
  return Object.fromEntries(chosen) as RatingOptions;
}
