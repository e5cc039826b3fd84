import { formatInstant } from '../../values/instant.ts';
import { overlaps, type Period } from '../../values/period.ts';
import type { DetailedLine } from './line.ts';
import { cutToSecond } from './periods.ts';
import { type LateCode, type LateProblem, lateProblem, type Subject } from './problems.ts';

const shown = ({ from, to }: Period): string => `${formatInstant(from)} to ${formatInstant(to)}`;

/** What is wrong with the period of the run in hand (section 6). */
export function problemsOfCurrent(current: Period, charge: Period): readonly LateProblem[] {
  const problems: LateProblem[] = [];
  if (isOutside(current, charge)) {
    problems.push(
      lateProblem(
        'current-period-outside-charge',
        `The current period ${shown(current)} lies outside the charge, ${shown(charge)}.`,
        'Rate periods of the charge only.',
      ),
    );
  }
  if (current.from > current.to) {
    problems.push(
      lateProblem('current-period-reversed', 'The current period ends before it begins.', 'Exchange its ends.'),
    );
  } else if (isEmpty(current)) {
    problems.push(
      lateProblem(
        'current-period-empty',
        'The current period is empty once it is cut to whole seconds.',
        'Give a period of a second or more.',
      ),
    );
  }
  return problems;
}

const NO_PROBLEMS: readonly LateProblem[] = [];

/** The usual case, seen in one pass: each period inside the charge and after the one before it. */
function areInOrder(prior: readonly Prior[], current: Period | null, charge: Period): boolean {
  let { from: end } = charge;
  for (const { servicePeriod } of prior) {
    if (servicePeriod.from < end || servicePeriod.from >= servicePeriod.to || isEmpty(servicePeriod)) return false;
    end = servicePeriod.to;
  }
  return end <= charge.to && (current === null || end <= current.from);
}

type Prior = { readonly runId: string; readonly servicePeriod: Period };

/** What is wrong with the periods of earlier runs, each by itself and with the others; indexes in the order of input. */
export function problemsOfPrior(
  prior: readonly Prior[],
  current: Period | null,
  charge: Period,
): readonly LateProblem[] {
  if (areInOrder(prior, current, charge)) return NO_PROBLEMS;
  const problems: LateProblem[] = [];
  for (const [priorIndex, { runId, servicePeriod }] of prior.entries()) {
    const say = (code: LateCode, what: string, remedy: string, subject: Subject = {}): void => {
      const message = `The period of run ${runId}, ${shown(servicePeriod)}, ${what}.`;
      problems.push(lateProblem(code, message, remedy, { priorIndex, runId, ...subject }));
    };
    if (isOutside(servicePeriod, charge)) {
      say(
        'prior-period-outside-charge',
        `lies outside the charge, ${shown(charge)}`,
        'A charge whose start was moved is rated as a charge of its own.',
      );
    }
    if (servicePeriod.from > servicePeriod.to)
      say('prior-period-reversed', 'ends before it begins', 'Exchange its ends.');
    else if (isEmpty(servicePeriod)) {
      say(
        'prior-period-empty',
        'is empty once it is cut to whole seconds',
        'Leave out runs of less than a second that booked nothing.',
      );
    }
    if (current !== null && overlaps(servicePeriod, current)) {
      say(
        'prior-period-overlaps-current',
        'overlaps the current period',
        'A run begins where the one before it ended.',
      );
    }
    if (current !== null && servicePeriod.from >= current.to) {
      say('prior-period-after-current', 'begins after the current period', 'Rate periods in their order.');
    }
    for (let other = priorIndex + 1; other < prior.length; other += 1) {
      const otherPeriod = prior[other]?.servicePeriod;
      if (otherPeriod !== undefined && overlaps(servicePeriod, otherPeriod)) {
        say(
          'prior-periods-overlap',
          `overlaps another one, ${shown(otherPeriod)}`,
          'A run begins where the one before it ended.',
          {
            otherPriorIndex: other,
          },
        );
      }
    }
  }
  return problems;
}

export const lineOutsidePeriods = (line: DetailedLine): LateProblem =>
  lateProblem(
    'booked-line-outside-periods',
    `The booked line ${line.id ?? line.key} is for ${shown(line.servicePeriod)}, which is the period of no run.`,
    'Give the period of every run that booked lines, and rate the charge with one engine.',
    line.id === null ? { key: line.key } : { lineId: line.id },
  );

const isOutside = (inner: Period, outer: Period): boolean =>
  inner.from < outer.from || inner.from > outer.to || inner.to < outer.from || inner.to > outer.to;

const isEmpty = ({ from, to }: Period): boolean => cutToSecond(from) === cutToSecond(to);
