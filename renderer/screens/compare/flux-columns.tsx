import type { FluxPart, FluxRowView } from '../../../shared/contract/compare-schemas.ts';
import { Amount, CurrencyDifference } from '../../components/figure.tsx';
import { PART_WORDS } from '../../format/flux-words.ts';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatPercent, signOfText } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import type { GridColumn } from '../../table/row-grid.tsx';
import type { FluxSortId } from './compare-search.ts';
import { customerOf } from './compare-view.ts';

type Column = GridColumn<FluxRowView, FluxSortId>;

/** Dropped in this order where room is short, the first one first. */
const DROPPED: readonly FluxPart[] = ['corrections', 'credits', 'lost', 'new', 'mix', 'price', 'usage'];

/**
 * The columns of a comparison.
 * @param of.parts those that occur at all
 * @param of.currencies with several, each change names its own
 */
export function fluxColumns(of: {
  readonly from: string;
  readonly to: string;
  readonly parts: readonly FluxPart[];
  readonly currencies: readonly string[];
  readonly tone: string;
}): readonly Column[] {
  const [only] = of.currencies;
  const isOne = of.currencies.length === 1 && only !== undefined;
  const places = mostMinorDigits(of.currencies);
  const sign = isOne ? ` ${currencySign(only)}` : '';
  const month = (id: 'from' | 'to', name: string): Column => ({
    id,
    header: `${formatMonth(name)}${sign}`,
    headerTone: of.tone,
    isNumeric: true,
    width: 84,
    grow: 0.4,
    dropOrder: id === 'from' ? 3 : 2,
    number: (row) => row[id],
    cell: (row) => (
      <Amount
        text={row[id]}
        currency={row.currency}
        places={places}
        className={signOfText(row[id]) === 0 ? 'text-faint' : 'text-muted'}
      />
    ),
  });
  return [
    {
      id: 'customer',
      header: 'Customer',
      isNumeric: false,
      isRowHeader: true,
      isFilling: true,
      width: 120,
      grow: 2.5,
      dropOrder: 0,
      cell: (row) => (
        <span className="flex items-center gap-2">
          <bdi
            className={`min-w-0 truncate ${row.name === null ? 'font-mono text-label' : 'font-medium'}`}
            title={`${customerOf(row)}, ${row.customer}`}
          >
            {customerOf(row)}
          </bdi>
          {row.material && <MaterialMark />}
        </span>
      ),
    },
    {
      id: 'meter',
      header: 'Meter',
      isNumeric: false,
      width: 104,
      grow: 1.3,
      dropOrder: 0,
      cell: ({ meter }) => (
        <span className="block truncate" title={meter}>
          {meterLabel(meter)}
        </span>
      ),
    },
    month('from', of.from),
    month('to', of.to),
    {
      id: 'change',
      header: `Change${sign}`,
      isNumeric: true,
      isFilling: !isOne,
      width: isOne ? 90 : 116,
      grow: 0.4,
      dropOrder: 0,
      number: (row) => row.change,
      signs: isOne ? 1 : 5,
      cell: (row) =>
        isOne ? (
          <Amount
            text={row.change}
            currency={row.currency}
            places={places}
            isDifference
            className={signOfText(row.change) === 0 ? 'text-faint' : 'font-medium'}
          />
        ) : (
          <CurrencyDifference text={row.change} currency={row.currency} places={places} isNamed />
        ),
    },
    {
      id: 'relative',
      header: 'Rel.',
      fullHeader: 'Share of the first month',
      isNumeric: true,
      width: 66,
      grow: 0,
      dropOrder: 1,
      cell: (row) => (
        <span
          className={`tabular whitespace-nowrap ${signOfText(row.relative) === 0 ? 'text-faint' : 'text-muted'}`}
          title={row.relative ?? 'The first month has nothing to be a share of'}
        >
          {formatPercent(row.relative)}
        </span>
      ),
    },
    ...of.parts.map(
      (part): Column => ({
        id: part,
        header: PART_WORDS[part].short,
        fullHeader: `${PART_WORDS[part].short}: ${PART_WORDS[part].meaning}`,
        isNumeric: true,
        width: 70,
        grow: 0.3,
        dropOrder: 10 - DROPPED.indexOf(part),
        number: (row) => row.parts[part],
        signs: 1,
        cell: (row) => (
          <Amount
            text={row.parts[part]}
            currency={row.currency}
            places={places}
            isDifference
            className={signOfText(row.parts[part]) === 0 ? 'text-faint' : ''}
          />
        ),
      }),
    ),
  ];
}

/** A change that reaches both thresholds. */
export const MaterialMark = () => (
  <span role="img" aria-label="Material" title="Material" className="size-[7px] shrink-0 rounded-full bg-accent" />
);
