import { Link } from '@tanstack/react-router';
import type { CloseMonthView } from '../../../shared/contract/close-schemas.ts';
import { GateMark } from '../../components/gate-mark.tsx';
import { Skeleton } from '../../components/states.tsx';
import { gateShort } from '../../format/close-words.ts';

/** The room of the row while the gates are looked at. */
export const GatesRowSkeleton = () => (
  <div className="mt-4 flex h-[38px] items-center border-y border-line" role="status" aria-label="Looking at the gates">
    <Skeleton width={520} />
  </div>
);

/** The gates of a month in one line; each leads to the checklist. */
export function GatesRow({ close }: { close: CloseMonthView }) {
  const { month, gates, since } = close;
  return (
    <section aria-label="Gates of the close" className="mt-4 border-y border-line py-1.5">
      <ul className="flex flex-wrap gap-x-1 gap-y-1">
        {gates.map((gate) => (
          <li key={gate.gate}>
            <Link
              to="/months/$month/close"
              params={{ month }}
              title={gate.detail}
              className="inline-flex h-6 items-center gap-1 rounded-md px-1.5 text-table whitespace-nowrap hover:bg-hover"
            >
              <GateMark decision={gate.decision} />
              <span className={gate.decision === 'pass' ? 'text-muted' : 'font-medium'}>{gateShort(gate)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {since?.hasChanged === true && (
        <p className="mt-1 rounded-md bg-structural-wash px-2 py-1">
          <span className="font-semibold text-structural">Changed since the lock.</span> {since.sentence}{' '}
          <Link to="/months/$month/close" params={{ month }} className="font-medium text-accent hover:underline">
            See what
          </Link>
        </p>
      )}
    </section>
  );
}
