import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import type { HealthOfCustomerRequest, HealthReading } from '../../../shared/contract/meter-schemas.ts';
import { IconButton } from '../../components/button.tsx';
import { Quantity } from '../../components/figure.tsx';
import { PitfallChip } from '../../components/pitfall-chip.tsx';
import { Empty, Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { VerdictLabel } from '../../components/verdict-mark.tsx';
import { documentOf } from '../../data/errors.ts';
import { useCustomerHealth } from '../../data/meters.ts';
import { formatLag } from '../../format/meter-words.ts';
import { widestFraction } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { customerLabel, meterLabel } from '../../format/words.ts';
import { LazyAgeChart } from './lazy-charts.tsx';
import { readingSentence, roundLabel } from './meter-view.ts';

/** One customer of a meter, round by round. */
export function CustomerDrawer({
  request,
  stalenessSeconds,
  unit,
  onClose,
}: {
  request: HealthOfCustomerRequest;
  stalenessSeconds: number;
  unit: string;
  onClose: () => void;
}) {
  const readings = useCustomerHealth(request);
  const { data } = readings;
  const { customer, usageId, meter } = request;
  return (
    <aside
      aria-label="Customer"
      className="drawer-in flex w-[clamp(420px,38vw,680px)] shrink-0 flex-col border-l border-line bg-page"
    >
      <header className="flex shrink-0 items-start gap-3 border-b border-line py-3 pr-3 pl-5">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-title font-semibold tracking-[-0.01em]">
            <bdi title={customer ?? usageId ?? ''}>
              {customerLabel({ name: data?.name ?? null, customer, usageId })}
            </bdi>
          </h2>
          <p className="truncate text-muted">{meterLabel(meter)}</p>
        </div>
        <IconButton label="Close (esc)" onClick={onClose}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      </header>
      <section
        key={`${customer} ${usageId}`}
        aria-label="Rounds of the customer"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto px-5 pt-3 pb-8"
      >
        {readings.isError && (
          <Failure
            document={documentOf(readings.error)}
            meaning="The list stands; only this customer cannot be shown."
            onRetry={() => void readings.refetch()}
          />
        )}
        {readings.isPending && (
          <>
            <Skeleton width="80%" />
            <span className="mt-8 block">
              <SkeletonRows rows={8} label="Loading the customer" />
            </span>
          </>
        )}
        {data !== undefined && !readings.isError && (
          <Readings readings={data.readings} request={request} stalenessSeconds={stalenessSeconds} unit={unit} />
        )}
      </section>
    </aside>
  );
}

function Readings({
  readings,
  request,
  stalenessSeconds,
  unit,
}: {
  readings: readonly HealthReading[];
  request: HealthOfCustomerRequest;
  stalenessSeconds: number;
  unit: string;
}) {
  const newest = readings.at(-1);
  if (newest === undefined) {
    return <Empty title="Not seen">No round of these looked at this customer.</Empty>;
  }
  const { customer, usageId, meter } = request;
  return (
    <>
      <p className="text-lead">{readingSentence(readings)}</p>
      {newest.pitfalls.length > 0 && (
        <p className="mt-2 flex flex-wrap gap-1.5">
          {newest.pitfalls.map((code) => (
            <PitfallChip key={code} code={code} />
          ))}
        </p>
      )}
      <Link
        to="/months/$month/cell"
        params={{ month: newest.month }}
        search={{ meter, customer, usageId }}
        className="mt-2 inline-block text-accent hover:underline"
      >
        The cell of {formatMonth(newest.month)}
      </Link>
      <h3 className="mt-5 font-semibold">Age of the held value</h3>
      <figure>
        <LazyAgeChart readings={readings} stalenessSeconds={stalenessSeconds} />
        <figcaption className="text-label text-faint">
          Above the line the verdict of each round, the worse the taller; dashed, the age that is allowed (
          {formatLag(stalenessSeconds)}).
        </figcaption>
      </figure>
      <ReadingsTable readings={readings} unit={unit} />
    </>
  );
}

const HEAD = 'h-7 border-b border-line-strong px-1.5 font-medium whitespace-nowrap';
const CELL = 'h-7 border-b border-line px-1.5';

function ReadingsTable({ readings, unit }: { readings: readonly HealthReading[]; unit: string }) {
  const places = {
    measured: widestFraction(
      readings.map(({ measured }) => measured),
      3,
    ),
    metered: widestFraction(
      readings.map(({ metered }) => metered),
      3,
    ),
  };
  return (
    <div className="mt-5 overflow-x-auto">
      <table className="w-full text-table">
        <caption className="sr-only">Rounds of this customer, newest first, in {unit}</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className={HEAD}>
              Round
            </th>
            <th scope="col" className={HEAD}>
              Verdict
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Held for
            </th>
            <th scope="col" className={`${HEAD} text-right text-measured`}>
              Measured
            </th>
            <th scope="col" className={`${HEAD} text-right text-metered`}>
              Metered
            </th>
          </tr>
        </thead>
        <tbody>
          {[...readings].reverse().map((reading) => (
            <tr key={reading.run}>
              <th scope="row" className={`${CELL} tabular whitespace-nowrap text-muted`}>
                {roundLabel(reading)}
              </th>
              <td className={CELL}>
                <VerdictLabel verdict={reading.verdict} />
              </td>
              <td className={`${CELL} tabular text-right whitespace-nowrap`}>{formatLag(reading.ageSeconds)}</td>
              <td className={`${CELL} text-right`}>
                <Quantity text={reading.measured} places={places.measured} />
              </td>
              <td className={`${CELL} text-right`}>
                <Quantity text={reading.metered} places={places.metered} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
