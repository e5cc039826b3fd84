import { Link } from '@tanstack/react-router';
import { Activity } from 'lucide-react';
import { useState } from 'react';
import type { MeterSummary, MonthSummary } from '../../../shared/contract/schemas.ts';
import { CurrencyDifference, Quantity } from '../../components/figure.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatCount, formatPercent, signOfText, widestFraction } from '../../format/number.ts';
import { isUnitInLabel, meterLabel, plural, VERDICT_WORDS } from '../../format/words.ts';
import { onlyCurrency, worthShowing } from './month-view.ts';

const SHOWN_METERS = 8;

/** A line per meter; choosing one filters the cells below. */
export function MetersTable({
  summary,
  selected,
  onSelect,
}: {
  summary: MonthSummary;
  selected: readonly string[] | undefined;
  onSelect: (meter: string) => void;
}) {
  const [isWhole, setWhole] = useState(false);
  const { meters } = summary;
  const shown = isWhole ? meters : meters.slice(0, SHOWN_METERS);
  const currency = onlyCurrency(summary);
  const isBilled = meters.some(({ billed }) => billed !== null);
  const places = {
    measured: widestFraction(meters.map(({ measured }) => measured)),
    metered: widestFraction(meters.map(({ metered }) => metered)),
    billed: widestFraction(meters.map(({ billed }) => billed)),
    drift: widestFraction(meters.map(({ drift }) => drift?.absolute)),
  };
  const differencePlaces = mostMinorDigits(summary.money.map(({ currency: code }) => code));
  const head = 'h-8 px-1.5 font-medium whitespace-nowrap';
  return (
    <section aria-labelledby="by-meter" className="@container">
      <h2 id="by-meter" className="mt-7 mb-1 text-lead font-semibold">
        By meter
      </h2>
      <div className="overflow-x-auto">
        <table className="w-full text-table">
          <caption className="sr-only">Totals of the month per meter</caption>
          <thead>
            <tr className="text-muted [&>th]:border-b [&>th]:border-line-strong">
              <th scope="col" className={head}>
                Meter
              </th>
              <th scope="col" className={`${head} hidden text-right text-measured @min-[760px]:table-cell`}>
                Measured
              </th>
              <th scope="col" className={`${head} hidden text-right text-metered @min-[760px]:table-cell`}>
                Metered
              </th>
              {isBilled && (
                <th scope="col" className={`${head} hidden text-right text-billed @min-[1120px]:table-cell`}>
                  Billed
                </th>
              )}
              <th scope="col" className={`${head} text-right`}>
                Drift
              </th>
              <th scope="col" className={`${head} hidden text-right @min-[1000px]:table-cell`}>
                <abbr title="Relative drift" className="no-underline">
                  Rel.
                </abbr>
              </th>
              <th scope="col" className={head}>
                Verdict
              </th>
              <th scope="col" className={`${head} text-right`}>
                {currency === null ? 'Difference' : `Difference ${currencySign(currency)}`}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((meter) => (
              <MeterRow
                key={meter.meter}
                meter={meter}
                places={places}
                isBilled={isBilled}
                isNamed={currency === null}
                differencePlaces={differencePlaces}
                isSelected={selected?.includes(meter.meter) === true}
                onSelect={() => onSelect(meter.meter)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {meters.length > SHOWN_METERS && (
        <button type="button" onClick={() => setWhole(!isWhole)} className="mt-1 h-7 px-2 text-accent hover:underline">
          {isWhole ? 'Show fewer' : `Show all ${meters.length} meters`}
        </button>
      )}
    </section>
  );
}

function MeterRow({
  meter,
  places,
  isBilled,
  isNamed,
  differencePlaces,
  isSelected,
  onSelect,
}: {
  meter: MeterSummary;
  places: { measured: number; metered: number; billed: number; drift: number };
  isBilled: boolean;
  isNamed: boolean;
  differencePlaces: number;
  isSelected: boolean;
  onSelect: () => void;
}) {
  const isFlat = signOfText(meter.drift?.absolute) === 0;
  return (
    <tr className={`[&>*]:border-b [&>*]:border-line ${isSelected ? 'bg-selected' : 'hover:bg-hover'}`}>
      <th scope="row" className="h-(--row) px-1.5 whitespace-nowrap">
        <span className="group/meter flex items-center gap-1">
          <button
            type="button"
            aria-pressed={isSelected}
            onClick={onSelect}
            title="Show only this meter below"
            className="flex items-baseline gap-2 font-medium hover:text-accent"
          >
            {meterLabel(meter.meter)}
            {!isUnitInLabel(meter.meter, meter.unit) && (
              <span className="hidden text-label font-normal text-faint @min-[1000px]:inline">{meter.unit}</span>
            )}
          </button>
          {!meter.meter.startsWith('stripe:') && (
            <Link
              to="/meter"
              search={{ key: meter.meter }}
              aria-label={`Push health of ${meterLabel(meter.meter)}`}
              title="Push health of the meter"
              className="flex size-5 items-center justify-center rounded text-faint opacity-0 group-hover/meter:opacity-100 hover:text-accent focus-visible:opacity-100"
            >
              <Activity size={13} aria-hidden="true" />
            </Link>
          )}
        </span>
      </th>
      <td className="hidden px-1.5 text-right @min-[760px]:table-cell">
        <Quantity text={meter.measured} places={places.measured} />
      </td>
      <td className="hidden px-1.5 text-right @min-[760px]:table-cell">
        <Quantity text={meter.metered} places={places.metered} />
      </td>
      {isBilled && (
        <td className="hidden px-1.5 text-right @min-[1120px]:table-cell">
          <Quantity text={meter.billed} places={places.billed} />
        </td>
      )}
      <td className="px-1.5 text-right">
        <Quantity
          text={meter.drift?.absolute ?? null}
          places={places.drift}
          isDifference
          className={isFlat ? 'text-faint' : ''}
        />
      </td>
      <td
        className={`tabular hidden px-1.5 text-right whitespace-nowrap @min-[1000px]:table-cell ${isFlat ? 'text-faint' : 'text-muted'}`}
        title={meter.drift?.relative}
      >
        {formatPercent(meter.drift?.relative ?? null)}
      </td>
      <td className="px-1.5 whitespace-nowrap">
        <MeterVerdict meter={meter} />
      </td>
      <td className="px-1.5 py-1 text-right">
        {meter.money.length === 0 && <span className="text-faint">–</span>}
        {worthShowing(meter.money).map(({ currency, difference }) => (
          <CurrencyDifference
            key={currency}
            text={difference}
            currency={currency}
            places={differencePlaces}
            isNamed={isNamed}
          />
        ))}
      </td>
    </tr>
  );
}

function MeterVerdict({ meter }: { meter: MeterSummary }) {
  if (meter.verdict === null) return <span className="text-faint">–</span>;
  const { structuralCells, verdict } = meter;
  const isOff = structuralCells > 0;
  return (
    <span className={`flex items-center gap-1.5 ${isOff ? 'text-structural' : 'text-muted'}`}>
      <VerdictMark verdict={verdict} />
      {isOff ? `${formatCount(structuralCells)} ${plural(structuralCells, 'cell')} off` : VERDICT_WORDS[verdict].word}
    </span>
  );
}
