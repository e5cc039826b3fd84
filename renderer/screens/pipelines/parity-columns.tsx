import type { ParityRowView } from '../../../shared/contract/pipelines-schemas.ts';
import { Amount, CurrencyDifference, Quantity } from '../../components/figure.tsx';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatCount, formatPercent, signOfText } from '../../format/number.ts';
import { PARITY_CAUSE_WORDS, PARITY_STATE_WORDS } from '../../format/pipeline-words.ts';
import type { GridColumn } from '../../table/row-grid.tsx';
import { MarkLabel } from './mark-label.tsx';
import type { ParitySortId } from './pipelines-search.ts';
import { whoOf } from './pipelines-view.ts';

export type ParityColumnId = ParitySortId | 'money' | 'hours' | 'cause';

/** The columns of the customers; with several currencies each amount names its own. */
export function parityColumns(
  pipeline: string,
  currencies: readonly string[],
): readonly GridColumn<ParityRowView, ParityColumnId>[] {
  const [only] = currencies;
  const isOne = currencies.length === 1 && only !== undefined;
  const places = mostMinorDigits(currencies);
  return [
    {
      id: 'customer',
      header: 'Customer',
      isNumeric: false,
      isRowHeader: true,
      width: 110,
      grow: 2.5,
      dropOrder: 0,
      cell: (row) => (
        <bdi
          className={`block truncate ${row.name === null ? 'font-mono text-label' : 'font-medium'}`}
          title={`${whoOf(row)}, ${row.customer}`}
        >
          {whoOf(row)}
        </bdi>
      ),
    },
    {
      id: 'reference',
      header: 'Billed today',
      fullHeader: 'What the measurement that bills today comes to',
      headerTone: 'text-measured',
      isNumeric: true,
      width: 92,
      grow: 0.4,
      dropOrder: 1,
      number: ({ reference }) => reference,
      tightPlaces: 3,
      cell: ({ reference }, digits) => <Quantity text={reference} places={digits} />,
    },
    {
      id: 'candidate',
      header: pipeline.length > 14 ? 'Pipeline' : pipeline,
      fullHeader: `What ${pipeline} comes to`,
      isNumeric: true,
      width: 92,
      grow: 0.4,
      dropOrder: 2,
      number: ({ candidate }) => candidate,
      tightPlaces: 3,
      cell: ({ candidate }, digits) => <Quantity text={candidate} places={digits} />,
    },
    {
      id: 'difference',
      header: 'Difference',
      fullHeader: `${pipeline} less what is billed today`,
      isNumeric: true,
      width: 88,
      grow: 0.4,
      dropOrder: 3,
      number: ({ difference }) => difference,
      signs: 1,
      tightPlaces: 3,
      cell: ({ difference }, digits) => (
        <Quantity
          text={difference}
          places={digits}
          isDifference
          className={signOfText(difference) === 0 ? 'text-faint' : ''}
        />
      ),
    },
    {
      id: 'drift',
      header: 'Drift',
      isNumeric: true,
      width: 78,
      grow: 0.2,
      dropOrder: 0,
      cell: ({ drift, state }) => (
        <span
          className={`tabular whitespace-nowrap ${state === 'material' || state === 'one_sided' ? 'font-medium' : signOfText(drift) === 0 ? 'text-faint' : ''}`}
          data-exact={drift ?? ''}
          title={drift ?? undefined}
        >
          {formatPercent(drift)}
        </span>
      ),
    },
    {
      id: 'money',
      header: `Worth${isOne ? ` ${currencySign(only)}` : ''}`,
      fullHeader: 'What the difference would cost',
      isNumeric: true,
      isFixed: true,
      isFilling: !isOne,
      width: isOne ? 84 : 112,
      grow: 0.3,
      dropOrder: 4,
      number: ({ money }) => money?.amount,
      signs: 1,
      cell: ({ money }, digits) =>
        money === null ? (
          <span className="block text-right text-faint">–</span>
        ) : isOne ? (
          <Amount text={money.amount} currency={money.currency} places={Math.max(places, digits)} isDifference />
        ) : (
          <CurrencyDifference text={money.amount} currency={money.currency} places={Math.max(places, digits)} isNamed />
        ),
    },
    {
      id: 'hours',
      header: 'Hours off',
      fullHeader: 'Hours in which the two differ by more than is tolerated, of those that were compared',
      isNumeric: true,
      isFixed: true,
      width: 84,
      grow: 0.2,
      dropOrder: 6,
      cell: ({ hours }) => (
        <span className={`tabular whitespace-nowrap ${hours.flagged === 0 ? 'text-faint' : ''}`}>
          {formatCount(hours.flagged)} of {formatCount(hours.checked)}
        </span>
      ),
    },
    {
      id: 'cause',
      header: 'Cause',
      isNumeric: false,
      isFixed: true,
      width: 118,
      grow: 0.6,
      dropOrder: 5,
      cell: ({ cause }) =>
        cause === null ? (
          ''
        ) : (
          <span className="block truncate" title={cause.evidence}>
            {PARITY_CAUSE_WORDS[cause.code]}
          </span>
        ),
    },
    {
      id: 'concern',
      header: 'State',
      isNumeric: false,
      width: 116,
      grow: 0,
      dropOrder: 0,
      cell: ({ state }) => <MarkLabel words={PARITY_STATE_WORDS[state]} />,
    },
  ];
}
