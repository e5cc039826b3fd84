import type { SimulatedMeterRow, SimulationState } from '../../../shared/contract/simulate-schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { formatCount, formatPercent, signOfText, widestFraction } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';

/** What meters hold against what was used and what is billed, customer by customer and period by period. */
export function Meters({ state }: { state: SimulationState }) {
  const { meters, meterCount } = state;
  const places = widestFraction(
    meters.flatMap(({ measured, metered, billed, drift }) => [measured, metered, billed, drift]),
  );
  const isOne = new Set(meters.map(({ customer }) => customer.id)).size <= 1;
  const head = 'h-8 border-b border-line px-2 text-right font-medium whitespace-nowrap';
  return (
    <section aria-label="Usage" className="px-5 pt-5 pb-6">
      <h2 className="mb-1 flex items-baseline gap-3 font-semibold">
        Usage
        {meterCount > meters.length && (
          <span className="text-table font-normal text-faint">
            {formatCount(meters.length)} of {formatCount(meterCount)}
          </span>
        )}
      </h2>
      {meters.length === 0 ? (
        <p className="rounded-md border border-dashed border-line-strong px-4 py-3 text-table text-muted">
          No meter is used here. What meters hold stands here, against what was used and what is billed.
        </p>
      ) : (
        <div className="overflow-x-auto rounded-md border border-line">
          <table className="w-full text-table">
            <caption className="sr-only">Measured, metered and billed quantities where the clock stands</caption>
            <thead className="bg-raised">
              <tr>
                <th scope="col" className="h-8 border-b border-line px-3 font-medium text-muted">
                  Meter and period
                </th>
                <th scope="col" className="h-8 w-[88px] border-b border-line">
                  <span className="sr-only">Drawn</span>
                </th>
                <th scope="col" className={`${head} text-measured`}>
                  Measured
                </th>
                <th scope="col" className={`${head} text-metered`}>
                  Metered
                </th>
                <th scope="col" className={`${head} text-billed`}>
                  Billed
                </th>
                <th scope="col" className={`${head} pr-3 text-muted`}>
                  Drift
                </th>
              </tr>
            </thead>
            <tbody>
              {meters.map((row) => (
                <Row
                  key={`${row.customer.id} ${row.meter} ${row.period.from} ${row.period.to}`}
                  row={row}
                  places={places}
                  isNamed={!isOne}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ row, places, isNamed }: { row: SimulatedMeterRow; places: number; isNamed: boolean }) {
  const { customer, event, period, measured, metered, billed, drift, driftShare, passes, shares } = row;
  const cell = 'border-t border-line px-2 py-1.5 text-right align-middle first:border-t-0';
  const isOff = signOfText(drift) !== 0;
  return (
    <tr>
      <th scope="row" className="max-w-[190px] border-t border-line px-3 py-1.5">
        <bdi className="block truncate font-medium" title={event}>
          {meterLabel(event)}
        </bdi>
        <bdi className="block truncate text-label text-faint" title={customer.name ?? customer.id}>
          {isNamed && `${customer.name ?? customer.id}, `}
          {formatPeriod(period.from, period.to)}
        </bdi>
      </th>
      <td aria-hidden="true" className="w-[88px] border-t border-line py-1.5">
        <Bar share={shares.measured} tone="bg-measured" />
        <Bar share={shares.metered} tone="bg-metered" />
        <Bar share={shares.billed} tone="bg-billed" />
      </td>
      <td className={cell}>
        <Quantity text={measured} places={places} />
      </td>
      <td className={cell}>
        <Quantity text={metered} places={places} />
      </td>
      <td className={cell}>
        <Quantity text={billed} places={places} />
      </td>
      <td className={`${cell} pr-3 whitespace-nowrap`}>
        <span className="flex items-center justify-end gap-1.5">
          {passes === false && (
            <MarkShape
              mark={signOfText(drift) > 0 ? 'under' : 'over'}
              tone="structural"
              label={signOfText(drift) > 0 ? 'Billed less than was used' : 'Billed more than was used'}
              size={11}
            />
          )}
          <Quantity
            text={drift}
            places={places}
            isDifference
            className={passes === false ? 'font-medium text-structural' : isOff ? '' : 'text-faint'}
          />
        </span>
        {isOff && (
          <span className="tabular block text-label text-muted">{formatPercent(driftShare).replace('+', '')}</span>
        )}
      </td>
    </tr>
  );
}

const Bar = ({ share, tone }: { share: number | null; tone: string }) => (
  <span className="my-[2px] block h-[4px] rounded-sm bg-hover">
    {share !== null && <span className={`block h-full rounded-sm ${tone}`} style={{ width: `${share * 100}%` }} />}
  </span>
);
