import { describe, expect, test } from 'vitest';
import { planRun, type Step } from '../../../../main/simulate/on-stripe/plan.ts';
import { runScenario } from '../../../../shared/simulation/run-scenario.ts';
import { formatInstant } from '../../../../shared/values/instant.ts';
import { EXAMPLE } from '../../../shared/simulation/scenario/example.ts';
import { RICH, SEVEN } from './rich-scenario.ts';
import { scenarioOf } from './world.ts';

const planOf = (raw: object) => {
  const scenario = scenarioOf(raw);
  return { scenario, ...planRun(scenario, runScenario(scenario)) };
};

const shown = (step: Step): string => {
  switch (step.do) {
    case 'advance':
      return `${step.clock} to ${formatInstant(step.to)}`;
    case 'subscribe':
      return `subscribe ${step.subscriptionId}`;
    case 'grace':
      return `grace ${step.clock}`;
    default:
      return `${step.do} ${step.index}`;
  }
};

const monthly = (usage: object[], actions: object[] = [], end = '2026-02-01T02:00:00Z') => ({
  ...JSON.parse(EXAMPLE),
  usage,
  actions,
  advanceTo: [end],
  expect: undefined,
});
const use = (timestamp: string, sentAt = timestamp, identifier?: string) => ({
  event: 'api_calls',
  customer: 'cus_a',
  value: '1',
  timestamp,
  sentAt,
  ...(identifier === undefined ? {} : { identifier }),
});

describe('usage is grouped into as few advances as its effect allows', () => {
  test('a month of it waits for the last second before the period ends', () => {
    const usage = Array.from({ length: 31 }, (_, day) => use(`2026-01-${String(day + 1).padStart(2, '0')}T09:00:00Z`));
    const { steps } = planOf(monthly(usage));
    expect(steps.map(shown)).toEqual([
      'subscribe sub_a',
      '0 to 2026-01-31T23:59:59Z',
      ...usage.map((_, index) => `usage ${index}`),
      '0 to 2026-02-01T02:00:00Z',
    ]);
  });

  test('what comes after the draft, and after it is final, is sent there', () => {
    const { steps } = planOf(
      monthly([
        use('2026-01-05T00:00:00Z'),
        use('2026-01-31T00:00:00Z', '2026-02-01T00:20:00Z'),
        use('2026-01-31T00:00:00Z', '2026-02-01T01:00:00Z'),
      ]),
    );
    expect(steps.map(shown)).toEqual([
      'subscribe sub_a',
      '0 to 2026-01-31T23:59:59Z',
      'usage 0',
      '0 to 2026-02-01T00:59:59Z',
      'usage 1',
      '0 to 2026-02-01T02:00:00Z',
      'usage 2',
    ]);
  });

  test('an event that is refused for its time, repeated or cancelled is sent at its own moment', () => {
    const { steps } = planOf(
      monthly(
        [
          use('2026-01-02T00:05:01Z', '2026-01-02T00:00:00Z'),
          use('2026-01-04T00:00:00Z', '2026-01-04T00:00:00Z', 'twice'),
          use('2026-01-05T00:00:00Z', '2026-01-05T00:00:00Z', 'twice'),
          use('2026-01-06T00:00:00Z', '2026-01-06T00:00:00Z', 'gone'),
        ],
        [{ at: '2026-01-06T12:00:00Z', do: 'cancel_event', event: 'api_calls', identifier: 'gone' }],
      ),
    );
    expect(steps.map(shown)).toEqual([
      'subscribe sub_a',
      '0 to 2026-01-02T00:00:00Z',
      'usage 0',
      '0 to 2026-01-04T00:00:00Z',
      'usage 1',
      '0 to 2026-01-05T00:00:00Z',
      'usage 2',
      '0 to 2026-01-06T00:00:00Z',
      'usage 3',
      '0 to 2026-01-06T12:00:00Z',
      'action 0',
      '0 to 2026-02-01T02:00:00Z',
    ]);
  });

  test('no stride is longer than two intervals of the shortest subscription', () => {
    const { steps } = planOf(monthly([], [], '2026-06-01T00:00:00Z'));
    expect(steps.map(shown)).toEqual([
      'subscribe sub_a',
      '0 to 2026-02-26T00:00:00Z',
      '0 to 2026-04-23T00:00:00Z',
      '0 to 2026-06-01T00:00:00Z',
    ]);
  });
});

test('a grace period of its own claims every draft when it is made', () => {
  const { steps } = planOf(RICH);
  const words = steps.map(shown);
  const drafted = words.indexOf('0 to 2026-02-10T00:00:00Z');
  expect(words[drafted + 1]).toBe('grace 0');
});

test('seven customers on three clocks, all of them in step', () => {
  const { scenario, clocks, steps } = planOf(SEVEN);
  expect(clocks.map((ids) => ids.length)).toEqual([3, 3, 1]);
  const standing = clocks.map(() => scenario.start as number);
  const clockOf = new Map(clocks.flatMap((ids, clock) => ids.map((id) => [id, clock] as const)));
  let now: number = scenario.start;
  for (const step of steps) {
    if (step.do === 'advance') {
      expect(step.to).toBeGreaterThan(standing[step.clock] ?? 0);
      standing[step.clock] = step.to;
    }
    if (step.do !== 'usage') continue;
    const event = scenario.usage[step.index];
    const frozen = standing[clockOf.get(event?.customerId ?? '') ?? 0] ?? 0;
    expect(frozen).toBeGreaterThanOrEqual(event?.sentAt ?? 0);
    expect(frozen).toBeGreaterThanOrEqual(now);
    now = frozen;
  }
  expect(steps.filter(({ do: what }) => what === 'usage')).toHaveLength(scenario.usage.length);
});
