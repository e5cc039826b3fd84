import { VerdictMark } from '../../components/verdict-mark.tsx';

const NUMBERS = [
  {
    word: 'Measured',
    tone: 'text-measured',
    bar: 'bg-measured',
    source: 'ClickHouse',
    meaning: 'what the product counted',
    figure: '3 600',
  },
  {
    word: 'Metered',
    tone: 'text-metered',
    bar: 'bg-metered',
    source: 'Stripe meter',
    meaning: 'what Stripe holds',
    figure: '3 240',
  },
  {
    word: 'Billed',
    tone: 'text-billed',
    bar: 'bg-billed',
    source: 'Stripe invoice',
    meaning: 'what the customer pays for',
    figure: '3 240',
  },
] as const;

/** The one picture: three bars that should be equally long, and the stretch that is missing. */
export function ThreeNumbers() {
  return (
    <figure className="mt-8 rounded-lg border border-line bg-raised px-6 py-5">
      <ul className="space-y-3.5">
        {NUMBERS.map(({ word, tone, bar, source, meaning, figure }) => (
          <li key={word} className="grid grid-cols-[76px_minmax(0,1fr)_56px_264px] items-center gap-4">
            <span className={`font-medium ${tone}`}>{word}</span>
            <span className="relative block h-2">
              <span
                className={`absolute inset-y-0 left-0 rounded-full ${bar} ${word === 'Measured' ? 'w-full' : 'w-[90%]'}`}
              />
              {word !== 'Measured' && (
                <span className="hatched absolute inset-y-0 right-0 w-[9.400%] rounded-full border border-structural" />
              )}
            </span>
            <span className="tabular text-right font-semibold">{figure.replace(' ', '\u202f')}</span>
            <span className="text-table text-muted">
              {source}, {meaning}
            </span>
          </li>
        ))}
      </ul>
      <figcaption className="mt-5 flex items-center gap-2 border-t border-line pt-3 text-table">
        <VerdictMark verdict="under_reported" />
        <span>
          <span className="font-medium text-structural">360 CPU-seconds are missing in Stripe.</span>{' '}
          <span className="text-muted">
            Four pushes between 03:00 and 07:00 UTC never arrived. Worth $0.08, unbilled.
          </span>
        </span>
      </figcaption>
    </figure>
  );
}
