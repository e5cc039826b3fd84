import { type LateAnswer, type PhaseAnswer, rateLateDocument } from '../../../../shared/rating/late/document.ts';

const JANUARY = ['2025-01-01', '2025-01-10', '2025-01-20', '2025-02-01'].map((day) => `${day}T00:00:00Z`);

export const CHARGE_PERIOD = { from: JANUARY[0], to: JANUARY[3] };

/** P1, P2 and P3 of section 8.1; 0 is none. */
export const period = (number: number) => (number === 0 ? null : { from: JANUARY[number - 1], to: JANUARY[number] });

type Terms = Readonly<Record<string, unknown>>;

export const UNIT_10 = { price: { type: 'unit', amount: '10' } };
export const DYNAMIC = { price: { type: 'dynamic', multiplier: '1' } };
export const VOLUME = tiered('volume', ['15', '10'], [null, '5']);
export const GRADUATED = tiered('graduated', ['5', '1'], ['10', '2'], [null, '3']);

export function tiered(mode: string, ...tiers: readonly (readonly [string | null, string])[]) {
  return { price: { type: 'tiered', mode, tiers: tiers.map(([upTo, unit]) => ({ upTo, flat: null, unit })) } };
}

/** Runs for P1, P2, …, each with its cumulative quantity. */
export const byDelta = (terms: Terms, ...quantities: readonly string[]): LateAnswer =>
  answer(
    'delta',
    terms,
    quantities.map((cumulativeQuantity, index) => ({ servicePeriod: period(index + 1), cumulativeQuantity })),
  );

/** Runs for P1, P2, …, each with the cumulative quantities that it knows; after P3 come correction runs. */
export const byPeriod = (terms: Terms, ...known: readonly (readonly string[])[]): LateAnswer =>
  answer(
    'period_preserving',
    terms,
    known.map((cumulativeByPeriod, index) => ({
      runId: `run-${index + 1}`,
      servicePeriod: period(index < 3 ? index + 1 : 0),
      cumulativeByPeriod,
    })),
  );

export const answer = (mode: string, terms: Terms, phases: readonly Terms[]): LateAnswer =>
  rateLateDocument({ mode, currency: 'usd', chargePeriod: CHARGE_PERIOD, ...terms, phases });

/** The last phase, which was rated. */
export function last({ phases }: LateAnswer): Extract<PhaseAnswer, { lines: unknown }> {
  const phase = phases.at(-1);
  if (phase === undefined || 'error' in phase) throw new Error(`The last phase failed: ${JSON.stringify(phase)}`);
  return phase;
}

/** The error of the last phase. */
export function failure({ phases }: LateAnswer) {
  const phase = phases.at(-1);
  if (phase === undefined || !('error' in phase)) throw new Error('The last phase did not fail.');
  return phase.error;
}

/** `P1 volume.unit!rev(phase-1-line-1) -15 × 10: -150 -50 = -100 → run-1`: what differs from an ordinary line alone. */
export const shown = (of: LateAnswer): readonly string[] =>
  last(of).lines.map((line) => {
    const number = JANUARY.indexOf(line.servicePeriod.from) + 1;
    const { amount, charges, discounts, total } = line.totals;
    const value = line.category === 'commitment' ? charges : amount;
    const sum = discounts === '0' ? total : `${value} - ${discounts} = ${total}`;
    const key = line.key.replace(/@.*$/, '');
    const corrects = line.correctsRun === null ? '' : ` → ${line.correctsRun}`;
    return `P${number} ${key} ${line.quantity} × ${line.unitAmount}: ${sum}${corrects}`;
  });
