import type { MonthColumn } from '../../shared/contract/schemas.ts';
import { MONTH_STATE_WORDS } from '../format/words.ts';

const FILL: Readonly<Record<MonthColumn['state'], string>> = {
  empty: 'fill-none stroke-line-strong',
  partial: 'fill-none stroke-incomplete',
  ties_out: 'fill-agree stroke-none',
  structural: 'fill-structural stroke-none',
  invalid: 'fill-structural stroke-none',
};

/** The state of a month: filled, hollow or half; never by colour alone, for its name says it too. */
export function MonthDot({ state }: { state: MonthColumn['state'] }) {
  const word = MONTH_STATE_WORDS[state];
  return (
    <svg viewBox="0 0 12 12" width="10" height="10" role="img" aria-label={word} className={`shrink-0 ${FILL[state]}`}>
      <title>{word}</title>
      {state === 'structural' || state === 'invalid' ? (
        <path d="M6 1.2 11 6l-5 4.800L1 6Z" />
      ) : (
        <circle
          cx="6"
          cy="6"
          r="4"
          strokeWidth="1.500"
          {...(state === 'partial' ? { strokeDasharray: '2 1.600' } : {})}
        />
      )}
    </svg>
  );
}
