import { Fragment } from 'react';
import { VerdictMark } from '../../components/verdict-mark.tsx';

const NUMBERS = [
  {
    word: 'Measured',
    tone: 'text-measured',
    bar: 'bg-measured',
    source: 'ClickHouse',
    meaning: 'what the product counted',
    figure: '3\u202f600',
    money: '$0.80',
    /** How it becomes the next one. */
    next: 'pushed hour by hour',
  },
  {
    word: 'Metered',
    tone: 'text-metered',
    bar: 'bg-metered',
    source: 'Stripe meter',
    meaning: 'what Stripe holds',
    figure: '3\u202f240',
    money: '$0.72',
    next: 'invoiced at the end of the month',
  },
  {
    word: 'Billed',
    tone: 'text-billed',
    bar: 'bg-billed',
    source: 'Stripe invoice',
    meaning: 'what the customer pays for',
    figure: '3\u202f240',
    money: '$0.72',
    next: null,
  },
] as const;

const ROW = 'grid grid-cols-[76px_minmax(0,1fr)_60px_56px_246px] items-center gap-x-4';

/** The one picture: one usage on its way to the invoice, three bars that should be equally long, and what got lost. */
export function ThreeNumbers() {
  return (
    <figure className="mt-8 rounded-lg border border-line bg-raised px-6 pt-4 pb-3.5">
      <div aria-hidden="true" className={`${ROW} pb-2.5 text-label text-faint`}>
        <span />
        <span>One customer, one month</span>
        <span className="text-right">CPU-s</span>
        <span className="text-right">worth</span>
        <span />
      </div>
      <ul>
        {NUMBERS.map(({ word, tone, bar, source, meaning, figure, money, next }) => (
          <Fragment key={word}>
            <li className={ROW}>
              <span className={`font-semibold ${tone}`}>{word}</span>
              <span className="relative block h-3">
                <span
                  className={`absolute inset-y-0 left-0 rounded-[3px] ${bar} ${word === 'Measured' ? 'w-full' : 'w-[90%]'}`}
                />
                {word !== 'Measured' && (
                  <span className="hatched absolute inset-y-0 right-0 w-[9.5%] rounded-[3px] border border-structural" />
                )}
              </span>
              <span className="tabular text-right font-semibold">{figure}</span>
              <span className="tabular text-right text-muted">{money}</span>
              <span className="text-table text-muted">
                <span className="text-ink">{source}</span>, {meaning}
              </span>
            </li>
            {next !== null && (
              <li className={`${ROW} h-6 text-label text-faint`}>
                <svg width="12" height="16" viewBox="0 0 12 16" aria-hidden="true" className="ml-1 text-line-strong">
                  <path d="M6 1v12M2.5 9.5 6 13l3.5-3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
                </svg>
                <span>{next}</span>
              </li>
            )}
          </Fragment>
        ))}
      </ul>
      <figcaption className="mt-4 flex items-center gap-2 border-t border-line pt-3 text-table">
        <VerdictMark verdict="under_reported" />
        <span>
          <span className="font-medium text-structural">360 CPU-seconds are missing in Stripe.</span>{' '}
          <span className="text-muted">
            Four pushes between 03:00 and 07:00 UTC never arrived. Worth $0.08, unbilled: that is what Tieout finds, for
            every customer and meter.
          </span>
        </span>
      </figcaption>
    </figure>
  );
}
