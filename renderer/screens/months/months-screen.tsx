import { Link, useNavigate } from '@tanstack/react-router';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useMonthsMatrix } from '../../data/months.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { formatMonth } from '../../format/time.ts';
import { useTitle } from '../../frame/title.ts';
import { matrixSentence } from './matrix-view.ts';
import { MonthsTable } from './months-table.tsx';

/** Every month and meter at a glance. */
export function MonthsScreen({ currency }: { currency: string | null }) {
  const navigate = useNavigate();
  const matrix = useMonthsMatrix();
  useTitle('Months');
  const month = useWorkspace().data?.currentMonth ?? null;
  const isEmpty = matrix.data?.months.every(({ state }) => state === 'empty') === true;
  return (
    <div className="flex h-full flex-col">
      <div className="px-6 pt-5 pb-4">
        <h1 className="text-title font-semibold tracking-[-0.01em]">Months</h1>
        <p className="mt-0.5 min-h-[18px] text-muted">{matrix.data === undefined ? '' : matrixSentence(matrix.data)}</p>
      </div>
      {matrix.isError && (
        <div className="px-6">
          <Failure
            document={documentOf(matrix.error)}
            meaning="No month can be shown until this is mended."
            onRetry={() => void matrix.refetch()}
          />
        </div>
      )}
      {matrix.isPending && (
        <div className="px-6">
          <SkeletonRows rows={9} label="Loading the months" />
        </div>
      )}
      {isEmpty && month !== null && (
        <div className="px-6 pb-5">
          <Empty
            title="No month has been pulled"
            action={
              <Link
                to="/activity"
                className="inline-flex h-7 items-center rounded-md bg-accent-fill px-2.5 font-medium text-on-accent hover:bg-accent-fill-hover"
              >
                Choose what to pull
              </Link>
            }
          >
            Here every meter has a row and every month a column, with what was measured, what Stripe metered and the
            money between the two. Pull {formatMonth(month)} or an earlier month to fill it.
          </Empty>
        </div>
      )}
      {matrix.data !== undefined && !isEmpty && (
        <MonthsTable
          matrix={matrix.data}
          currency={currency}
          onCurrency={(next) => void navigate({ to: '/months', search: { currency: next }, replace: true })}
        />
      )}
    </div>
  );
}
