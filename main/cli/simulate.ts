import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { type Command, Option } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import { writeScenario } from '../../shared/simulation/scenario/write-scenario.ts';
import type { Scenario } from '../../shared/simulation/scenario.ts';
import { printExactJson } from '../../shared/values/exact-json.ts';
import { formatInstant, HOUR_MS, type Instant, parseDuration, parseInstant } from '../../shared/values/instant.ts';
import type { Quantities } from '../api/invoices/usage-book.ts';
import { parseLateHours } from '../api/simulate/late-hours.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace } from '../compose.ts';
import { answerText, closingText, stepText, verdictLine } from '../simulate/answer-text.ts';
import {
  builtInNames,
  builtInScenario,
  parseScenario,
  type ScenarioText,
  scenariosAt,
  streamText,
} from '../simulate/scenario-files.ts';
import { type Simulated, scenarioOfWorkspace, simulate, simulateAll, worstExit } from '../simulate.ts';
import { reportError, say, write } from './io.ts';
import {
  addOnStripe,
  asksForStripe,
  type OnStripeFlags,
  requireStripeSense,
  simulateOnStripe,
} from './simulate-on-stripe.ts';

type SimulateFlags = OnStripeFlags & {
  readonly scenario?: string;
  readonly list?: boolean;
  readonly until?: string;
  readonly step?: boolean;
  readonly from?: string;
  readonly customer?: readonly string[];
  readonly month?: string;
  readonly quantities: Quantities;
  readonly late?: string;
  readonly delay?: string;
  readonly grace?: string;
  readonly output?: string;
};

const MORE = `
A scenario is described in docs/simulation.md. A folder of scenarios is a suite: each is run, and the worst exit code counts.

What would the close look like if the last 4 hours of usage arrived after the invoice was final:
  tieout simulate --from DIR --customer cus_123 --month 2026-05 --late 4h
The same within a grace period of two days:
  tieout simulate --from DIR --customer cus_123 --month 2026-05 --late 4h --delay 1d --grace 48h

The same scenario on test clocks, compared line by line with the offline run (docs/simulation-on-stripe.md):
  tieout simulate FILE --on sandbox
  STRIPE_TEST_KEY=rk_test_… tieout simulate FILE --on stripe

Exit codes: 0 every expectation held, 1 one did not, 2 it could not be done, 3 some could not be compared`;

export const registerSimulate = (program: Command, cli: Cli): Command =>
  addOnStripe(program.command('simulate'))
    .description('run a month close on a test clock, offline: a scenario, a folder of them, or one made of the cache')
    .argument('[scenario]', 'a scenario (JSON), a folder of them, or - for standard input')
    .option('--scenario <name>', 'one that comes with Tieout')
    .option('--list', 'name those that come with Tieout')
    .option('--until <instant>', 'stop the clock there')
    .option('--step', 'stop at each advance of the clock and show how things stand')
    .option('--from <dir>', 'make a scenario of what this workspace holds, offline')
    .option('--customer <id...>', 'with --from: these customers (Stripe ids or usage ids)')
    .option(
      '--month <YYYY-MM>',
      'with --from: the month in which the usage period begins, UTC; by default the current one',
    )
    .addOption(
      new Option('--quantities <which>', 'with --from: send what Stripe metered, or what was measured')
        .choices(['metered', 'measured'])
        .default('metered'),
    )
    .option('--late <hours>', 'with --from: usage that arrives late: 4h, or 2026-05-31T20:00Z/4h')
    .option(
      '--delay <duration>',
      'with --late: after the end of the period; by default an hour after the invoice is final',
    )
    .option('--grace <duration>', 'with --from: how long an invoice is a draft, up to 72h (default: "1h")')
    .option('-o, --output <file>', 'with --from: write the scenario there instead of running it; - for standard output')
    .addHelpText('after', MORE)
    .action((given: string | undefined, flags: SimulateFlags) => simulateCommand(cli, given, flags));

async function simulateCommand(cli: Cli, given: string | undefined, flags: SimulateFlags): Promise<void> {
  requireSense(given, flags);
  requireStripeSense(flags);
  if (flags.list === true) return listBuiltIn(cli, flags);
  const until = flags.until === undefined ? {} : { until: parseInstant(flags.until, '--until') };
  if (flags.from !== undefined) return fromCache(cli, flags.from, flags, until);
  const { texts, isSuite } = await sourcesOf(cli, given, flags);
  if (asksForStripe(flags)) {
    const [text] = texts;
    if (isSuite || text === undefined) throw oneAtATime();
    return simulateOnStripe(
      cli,
      { scenario: parseScenario(text), name: given === '-' ? 'scenario' : (given ?? flags.scenario ?? '') },
      flags,
    );
  }
  if (isSuite) return runSuite(cli, texts, flags, until);
  for (const text of texts) await showScenario(cli, parseScenario(text), flags, until);
}

const oneAtATime = (): TieoutError =>
  new TieoutError('cli.usage', {
    message: 'One scenario is compared at a time.',
    remedy: 'Name a file in place of the folder.',
  });

/** @throws TieoutError `cli.usage` */
function requireSense(given: string | undefined, flags: SimulateFlags): void {
  const refuse = (message: string, remedy: string): never => {
    throw new TieoutError('cli.usage', { message, remedy });
  };
  const sources = [given, flags.scenario, flags.from, flags.list].filter((one) => one !== undefined);
  if (sources.length !== 1) {
    refuse(
      sources.length === 0 ? 'There is no scenario.' : 'There is more than one thing to simulate.',
      'Give a file, a folder, --scenario NAME, --from DIR or --list, one of them.',
    );
  }
  if (flags.step === true && flags.json === true) {
    refuse('--step is for people to watch; it prints no JSON.', 'Use --until INSTANT with --json.');
  }
  if (flags.from === undefined) {
    const { customer, month, late, delay, grace, output } = flags;
    const only = Object.entries({ customer, month, late, delay, grace, output }).find(
      ([, value]) => value !== undefined,
    );
    if (only !== undefined) refuse(`--${only[0]} is only for a scenario of the cache.`, 'Give --from DIR with it.');
    return;
  }
  if (asksForStripe(flags)) {
    refuse('A scenario of the cache is compared in two steps.', 'Write it with -o FILE, then give that file.');
  }
  if (flags.customer === undefined) refuse('There is no customer.', 'Give --customer with a Stripe id or a usage id.');
  if (flags.delay !== undefined && flags.late === undefined) {
    refuse('Nothing is late that could be delayed.', 'Give --late 4h with it, or another stretch of time.');
  }
}

async function sourcesOf(
  { io }: Cli,
  given: string | undefined,
  flags: SimulateFlags,
): Promise<{ readonly texts: readonly ScenarioText[]; readonly isSuite: boolean }> {
  if (flags.scenario !== undefined) return { texts: [builtInScenario(flags.scenario)], isSuite: false };
  if (given === '-') return { texts: [await streamText('standard input', io.stdin())], isSuite: false };
  const { texts, isFolder } = scenariosAt(resolve(io.cwd, given ?? ''));
  return { texts, isSuite: isFolder };
}

async function listBuiltIn({ io, exit }: Cli, flags: SimulateFlags): Promise<void> {
  const scenarios = builtInNames().map((name) => ({ name, title: parseScenario(builtInScenario(name)).name }));
  if (flags.json === true) {
    await write(io.stdout, `${printExactJson({ tieout: 1, kind: 'scenarios', scenarios }, 2)}\n`);
  } else {
    const width = Math.max(0, ...scenarios.map(({ name }) => name.length));
    const lines = scenarios.map(({ name, title }) => `${name.padEnd(width)}  ${title}\n`);
    await write(io.stdout, lines.join(''));
  }
  exit(0);
}

type Until = { readonly until?: Instant };

/** @throws TieoutError `cli.usage` where the clock would have to stop before it starts */
function requireAfterStart({ start }: Scenario, { until }: Until): void {
  if (until === undefined || until >= start) return;
  throw new TieoutError('cli.usage', {
    message: `The clock starts at ${formatInstant(start)}, after ${formatInstant(until)}.`,
    path: '--until',
    remedy: 'Give an instant after the start of the clock.',
  });
}

async function showScenario(cli: Cli, scenario: Scenario, flags: SimulateFlags, until: Until): Promise<void> {
  const { io, exit } = cli;
  requireAfterStart(scenario, until);
  if (flags.step === true) await showSteps(cli, scenario, until);
  const answer = simulate(scenario, until);
  const text = flags.step === true ? closingText(answer) : answerText(answer);
  await write(io.stdout, flags.json === true ? `${printExactJson(answer, 2)}\n` : text);
  exit(answer.exit);
}

/**
 * Every stop of the clock, one after the other: each advance, and the end where that is another. A person at a terminal
 * says when to go on.
 */
async function showSteps({ io }: Cli, scenario: Scenario, { until }: Until): Promise<void> {
  const before = scenario.advanceTo.filter((at) => until === undefined || at < until);
  const stops = until === undefined ? before : [...before, until];
  const input = io.stdin();
  const isAsked = io.isTerminal && 'isTTY' in input && input.isTTY === true;
  const lines = isAsked ? createInterface({ input }) : null;
  let seen = 0;
  try {
    for (const [index, at] of stops.entries()) {
      const answer = simulate(scenario, { until: at });
      await write(io.stdout, stepText(answer, { seen, index, count: stops.length }));
      seen = answer.timeline.length;
      if (lines !== null && index < stops.length - 1) await enter(lines, io.stderr);
    }
  } finally {
    lines?.close();
  }
}

const enter = (lines: Interface, prompt: NodeJS.WritableStream): Promise<void> =>
  new Promise((done) => {
    prompt.write('Enter goes on ');
    lines.once('line', () => done());
    lines.once('close', () => done());
  });

/** Runs every scenario of a folder; the worst exit code counts. */
async function runSuite(cli: Cli, texts: readonly ScenarioText[], flags: SimulateFlags, until: Until): Promise<void> {
  const { io, exit } = cli;
  if (flags.step === true) {
    throw new TieoutError('cli.usage', {
      message: 'One scenario is watched at a time.',
      remedy: 'Name a file in place of the folder, or leave --step out.',
    });
  }
  const results: Simulated[] = [];
  for (const result of simulateAll(texts, until)) {
    results.push(result);
    if (flags.json !== true) await writeResult(cli, result);
  }
  const codes = results.map((result) => ('answer' in result ? result.answer.exit : 2));
  const worst = worstExit(codes);
  if (flags.json === true) {
    const scenarios = results.map((result) =>
      'answer' in result
        ? { file: result.label, ...result.answer }
        : { file: result.label, error: result.error, exit: 2 },
    );
    await write(io.stdout, `${printExactJson({ tieout: 1, kind: 'simulations', scenarios, exit: worst }, 2)}\n`);
  } else {
    await write(io.stdout, `\n${codes.filter((code) => code === 0).length} of ${codes.length} scenarios held.\n`);
  }
  exit(worst);
}

async function writeResult({ io }: Cli, result: Simulated): Promise<void> {
  if ('answer' in result) {
    await write(io.stdout, `${result.label}: ${verdictLine(result.answer)}\n`);
    const failed = result.answer.expectations.filter(({ held }) => held === false);
    for (const { path, expected, found } of failed) {
      await write(io.stdout, `  ✗ ${path}: expected ${printExactJson(expected)}, found ${printExactJson(found)}\n`);
    }
    return;
  }
  await write(io.stdout, `${result.label}: ! it could not be run\n`);
  await reportError(io, result.cause, false);
}

async function fromCache(cli: Cli, folder: string, flags: SimulateFlags, until: Until): Promise<void> {
  const { io, exit } = cli;
  const { month, customer = [], quantities, output } = flags;
  const delayMs = flags.delay === undefined ? null : parseDuration(flags.delay, '--delay');
  const { scenario, notes } = scenarioOfWorkspace(
    openWorkspace(folder, io.env),
    {
      customers: customer,
      quantities,
      gracePeriodMs: flags.grace === undefined ? HOUR_MS : parseDuration(flags.grace, '--grace'),
      late: flags.late === undefined ? null : parseLateHours(flags.late, delayMs, '--late'),
      ...(month === undefined ? {} : { month }),
    },
    { now: io.now },
  );
  for (const { message, severity } of notes) await say(io, `${severity === 'warning' ? '·' : '!'} ${message}`);
  if (output === undefined) return showScenario(cli, scenario, flags, until);
  const text = `${printExactJson(writeScenario(scenario), 2)}\n`;
  if (output === '-') await write(io.stdout, text);
  else {
    const file = resolve(io.cwd, output);
    writeFileSync(file, text);
    await say(io, `Wrote ${scenario.usage.length.toLocaleString('en-US')} usage reports and all else to ${file}`);
    await say(io, `Run it with: tieout simulate ${output}`);
  }
  exit(0);
}
