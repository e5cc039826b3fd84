import type { ReactNode } from 'react';
import type { CellRow, CellsSort } from '../../../shared/contract/schemas.ts';
import { CurrencyDifference, Quantity } from '../../components/figure.tsx';
import { VerdictLabel } from '../../components/verdict-mark.tsx';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatPercent, signOfText } from '../../format/number.ts';
import { CAUSE_WORDS, customerLabel, isQuiet, meterLabel } from '../../format/words.ts';
import type { NumericWidths } from './column-fit.ts';

export type ColumnId = Exclude<CellsSort['by'], 'default' | 'concern'>;

/** Digits after the point that the loaded rows need, per column. */
export type Places = { readonly measured: number; readonly metered: number; readonly drift: number };

export type Column = {
  readonly id: ColumnId;
  readonly header: string;
  /** For assistive technology where the header is short. */
  readonly fullHeader?: string;
  readonly isNumeric: boolean;
  /** Smallest width in pixels; a share of what is left goes to the columns that can grow. */
  readonly width: number;
  readonly grow: number;
  /** Dropped first where room is short: the highest number goes first; 0 never goes. */
  readonly dropOrder: number;
  readonly comfort?: number;
  readonly headerTone?: string;
  readonly cell: (row: CellRow, places: Places) => ReactNode;
};

/** The columns of the table of cells. */
export function columnsFor(currencies: readonly string[], widths: NumericWidths): readonly Column[] {
  const [first] = currencies;
  const currency = currencies.length === 1 && first !== undefined ? first : null;
  return [
    {
      id: 'customer',
      header: 'Customer',
      isNumeric: false,
      width: 100,
      grow: 2.5,
      dropOrder: 0,
      cell: (row) => (
        <bdi
          className={`block truncate ${row.name === null ? 'font-mono text-label' : 'font-medium'}`}
          title={customerLabel(row)}
        >
          {customerLabel(row)}
        </bdi>
      ),
    },
    {
      id: 'meter',
      header: 'Meter',
      isNumeric: false,
      width: 100,
      grow: 2,
      dropOrder: 0,
      cell: (row) => (
        <span className="block truncate" title={`${row.meter}, in ${row.unit}`}>
          {meterLabel(row.meter)}
        </span>
      ),
    },
    {
      id: 'measured',
      header: 'Measured',
      isNumeric: true,
      width: widths.measured,
      grow: 1,
      dropOrder: 3,
      headerTone: 'text-measured',
      cell: (row, places) => <Quantity text={row.measured} places={places.measured} />,
    },
    {
      id: 'metered',
      header: 'Metered',
      isNumeric: true,
      width: widths.metered,
      grow: 1,
      dropOrder: 2,
      headerTone: 'text-metered',
      cell: (row, places) => <Quantity text={row.metered} places={places.metered} />,
    },
    {
      id: 'drift',
      header: 'Drift',
      isNumeric: true,
      width: widths.drift,
      grow: 1,
      dropOrder: 1,
      cell: (row, places) => (
        <Quantity
          text={row.drift?.absolute ?? null}
          places={places.drift}
          isDifference
          className={isQuiet(row.verdict) || signOfText(row.drift?.absolute) === 0 ? 'text-faint' : ''}
        />
      ),
    },
    {
      id: 'relative',
      header: 'Rel.',
      fullHeader: 'Relative drift',
      isNumeric: true,
      width: 62,
      grow: 0,
      dropOrder: 6,
      comfort: 96,
      cell: (row) => (
        <span
          className={`tabular whitespace-nowrap ${signOfText(row.drift?.relative) === 0 ? 'text-faint' : 'text-muted'}`}
          title={row.drift?.relative}
        >
          {formatPercent(row.drift?.relative ?? null)}
        </span>
      ),
    },
    {
      id: 'verdict',
      header: 'Verdict',
      isNumeric: false,
      width: 118,
      grow: 0,
      dropOrder: 0,
      cell: (row) => <VerdictLabel verdict={row.verdict} />,
    },
    {
      id: 'cause',
      header: 'Cause',
      isNumeric: false,
      width: 88,
      grow: 1.5,
      dropOrder: 5,
      cell: (row) =>
        row.cause === null ? (
          <span className="text-faint">{isQuiet(row.verdict) ? '' : '–'}</span>
        ) : (
          <span className="block truncate" title={row.cause.evidence}>
            {CAUSE_WORDS[row.cause.code]}
          </span>
        ),
    },
    {
      id: 'difference',
      header: currency === null ? 'Difference' : `Diff. ${currencySign(currency)}`,
      fullHeader: 'Difference in money',
      isNumeric: true,
      width: currency === null ? 86 : 76,
      grow: 0,
      dropOrder: 0,
      cell: (row) => <Difference row={row} isNamed={currencies.length > 1} places={mostMinorDigits(currencies)} />,
    },
  ];
}

function Difference({ row, isNamed, places }: { row: CellRow; isNamed: boolean; places: number }) {
  if (row.money === null) return <span className="block text-right text-faint">–</span>;
  const { currency, difference } = row.money;
  return <CurrencyDifference text={difference} currency={currency} places={places} isNamed={isNamed} />;
}
