import { expect, test } from 'vitest';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import { runs } from '../../oracles/runs.ts';
import { compareWithOracle, smallest } from '../../oracles/simulation-comparison.ts';
import { ORACLE_RULES, type OracleRules } from '../../oracles/simulation-oracle.ts';
import { randomScenario } from '../../oracles/simulation-scenarios.ts';

const SCENARIOS = runs(2_000, 50_000);
const TIMEOUT_MS = runs(120_000, 1_800_000);

const printed = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one), 1);

test(
  'the engine and a slow reading of the scenario agree on every figure of every invoice',
  () => {
    for (let seed = 0; seed < SCENARIOS; seed += 1) {
      const scenario = randomScenario(seed, { hasOlder: true });
      if (compareWithOracle(scenario, runScenario(scenario)).length === 0) continue;
      const small = smallest(scenario, (one) => compareWithOracle(one, runScenario(one)).length > 0);
      const said = compareWithOracle(small, runScenario(small)).join('\n');
      expect.fail(`Scenario ${seed} differs:\n${said}\nWhat is left of it:\n${printed(small)}`);
    }
  },
  TIMEOUT_MS,
);

/** Some are rare: what a fault changes must come together with what shows it. */
const FAULTS_WITHIN = 600;
const ready: (readonly [ReturnType<typeof randomScenario>, ReturnType<typeof runScenario>])[] = [];

/** The number of the first scenario that notices a fault. */
function noticed(rules: OracleRules): number {
  for (let seed = 0; seed < FAULTS_WITHIN; seed += 1) {
    let one = ready[seed];
    if (one === undefined) {
      const scenario = randomScenario(seed, { hasOlder: true });
      one = [scenario, runScenario(scenario)];
      ready.push(one);
    }
    if (compareWithOracle(...one, rules).length > 0) return seed;
  }
  return Number.POSITIVE_INFINITY;
}

test.each(Object.keys(ORACLE_RULES) as (keyof OracleRules)[])('a wrong rule is noticed: %s', (rule) => {
  expect(noticed({ ...ORACLE_RULES, [rule]: !ORACLE_RULES[rule] })).toBeLessThan(FAULTS_WITHIN);
});
