import type { CellRow, CellsSort } from '../../../shared/contract/schemas.ts';
import { BillingMark } from '../../components/billing-mark.tsx';
import { CurrencyDifference, Quantity } from '../../components/figure.tsx';
import { VerdictLabel } from '../../components/verdict-mark.tsx';
import { isBilledWrong } from '../../format/billing-words.ts';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatPercent, signOfText, TIGHT_PLACES } from '../../format/number.ts';
import { CAUSE_WORDS, customerLabel, isQuiet, meterLabel } from '../../format/words.ts';
import type { GridColumn } from '../../table/row-grid.tsx';

/** `billed` cannot be sorted by. */
export type ColumnId = Exclude<CellsSort['by'], 'default' | 'concern'> | 'billed';
type Column = GridColumn<CellRow, ColumnId>;

/**
 * The columns of the table of cells.
 * @param isBilled whether any cell of the month has been invoiced
 */
export function columnsFor(currencies: readonly string[], isBilled: boolean): readonly Column[] {
  const [first] = currencies;
  const currency = currencies.length === 1 && first !== undefined ? first : null;
  return [
    {
      id: 'customer',
      header: 'Customer',
      isNumeric: false,
      isRowHeader: true,
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
      width: 126,
      grow: 1,
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
      width: 0,
      number: (row) => row.measured,
      tightPlaces: TIGHT_PLACES,
      grow: 1,
      dropOrder: 3,
      headerTone: 'text-measured',
      cell: (row, places) => <Quantity text={row.measured} places={places} />,
    },
    {
      id: 'metered',
      header: 'Metered',
      isNumeric: true,
      width: 0,
      number: (row) => row.metered,
      tightPlaces: TIGHT_PLACES,
      grow: 1,
      dropOrder: 2,
      headerTone: 'text-metered',
      cell: (row, places) => <Quantity text={row.metered} places={places} />,
    },
    ...(isBilled ? [BILLED] : []),
    {
      id: 'drift',
      header: 'Drift',
      isNumeric: true,
      width: 0,
      number: (row) => row.drift?.absolute,
      signs: 1,
      grow: 1,
      dropOrder: 1,
      cell: (row, places) => (
        <Quantity
          text={row.drift?.absolute ?? null}
          places={places}
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
      width: isBilled ? 130 : 118,
      grow: 0,
      dropOrder: 0,
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-1.5">
          <VerdictLabel verdict={row.verdict} />
          {row.billing !== null && isBilledWrong(row.billing.verdict) && (
            <BillingMark verdict={row.billing.verdict} isNamed />
          )}
        </span>
      ),
    },
    {
      id: 'cause',
      header: 'Cause',
      isNumeric: false,
      width: 112,
      grow: 1,
      dropOrder: 4,
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
      isFilling: true,
      isNumeric: true,
      width: currency === null ? 86 : 76,
      number: (row) => row.money?.difference,
      signs: currency === null ? 5 : 1,
      grow: 0,
      dropOrder: 0,
      cell: (row) => <Difference row={row} isNamed={currencies.length > 1} places={mostMinorDigits(currencies)} />,
    },
  ];
}

/** What the invoices charge; what is wrong with it is marked beside the verdict. */
const BILLED: Column = {
  id: 'billed',
  header: 'Billed',
  isNumeric: true,
  isFixed: true,
  width: 0,
  grow: 1,
  dropOrder: 5,
  headerTone: 'text-billed',
  number: (row) => row.billed,
  tightPlaces: TIGHT_PLACES,
  cell: (row, places) => (
    <Quantity
      text={row.billed}
      places={places}
      className={row.billing?.verdict === 'billed_agree' ? 'text-muted' : ''}
    />
  ),
};

function Difference({ row, isNamed, places }: { row: CellRow; isNamed: boolean; places: number }) {
  if (row.money === null) return <span className="block text-right text-faint">–</span>;
  const { currency, difference } = row.money;
  return <CurrencyDifference text={difference} currency={currency} places={places} isNamed={isNamed} />;
}
