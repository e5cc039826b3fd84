import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FluxRowView, FluxSummaryView } from '../../../shared/contract/compare-schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { BASIS_WORDS, PART_WORDS } from '../../format/flux-words.ts';
import { currencySign, formatAmount, formatMoney } from '../../format/money.ts';
import { formatCount, formatPercent, signOfText } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { meterLabel, plural } from '../../format/words.ts';
import { toggled } from '../../table/filter-values.ts';
import { type MonthsSearch, withPart } from './compare-search.ts';
import { customerOf, movedParts, partsIn } from './compare-view.ts';
import { MaterialMark } from './flux-columns.tsx';
import { Waterfall } from './waterfall.tsx';

type Total = FluxSummaryView['totals'][number];
type Props = {
  readonly summary: FluxSummaryView;
  readonly total: Total;
  readonly search: MonthsSearch;
  readonly onSearch: (search: MonthsSearch, isReplacing?: boolean) => void;
};

/** One currency: figures, what made the difference, who moved most, and the meters. */
export function CurrencySection(props: Props) {
  const { summary, total, search, onSearch } = props;
  return (
    <>
      <Figures summary={summary} total={total} />
      <div className="mt-5 grid gap-x-8 gap-y-5 @min-[900px]:grid-cols-[minmax(0,1.9fr)_minmax(260px,1fr)]">
        <Waterfall
          total={total}
          from={summary.from}
          to={summary.to}
          basis={summary.basis}
          chosen={search.parts}
          onChoose={(part) => onSearch(withPart(search, 'parts', toggled(search.parts, part)))}
        />
        <Movers {...props} />
      </div>
      <Meters {...props} />
    </>
  );
}

/** A currency of which little is at stake: one line, with the rest behind it. */
export function FoldedSection(props: Props) {
  const { total } = props;
  const { currency } = total;
  const told = movedParts(total).slice(0, 3);
  return (
    <details className="group border-t border-line last:border-b">
      <summary className="flex h-9 cursor-default items-center gap-4 rounded-md px-1 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight
          size={14}
          aria-hidden="true"
          className="shrink-0 text-muted transition-transform duration-100 group-open:rotate-90"
        />
        <span className="w-10 font-semibold">{currency.toUpperCase()}</span>
        <span className="tabular whitespace-nowrap text-muted">
          {formatMoney(total.from, currency)} to {formatMoney(total.to, currency)}
        </span>
        <span className="tabular font-medium whitespace-nowrap">{formatMoney(total.change, currency, true)}</span>
        <span className="tabular whitespace-nowrap text-muted">{formatPercent(total.relative)}</span>
        <span className="tabular min-w-0 flex-1 truncate text-right text-muted">
          {told.map((part) => `${PART_WORDS[part].word} ${formatMoney(total.parts[part], currency, true)}`).join(' · ')}
        </span>
      </summary>
      <div className="@container pb-6 pl-[22px]">
        <CurrencySection {...props} />
      </div>
    </details>
  );
}

function Figures({ summary, total }: Pick<Props, 'summary' | 'total'>) {
  const { currency, from, to, change, relative, material, rows } = total;
  const basis = BASIS_WORDS[summary.basis];
  return (
    <dl className="mt-5 flex flex-wrap items-start gap-x-9 gap-y-3">
      <Figure word={formatMonth(summary.from)} tone={basis.tone} currency={currency} note={basis.word.toLowerCase()}>
        {formatAmount(from, currency)}
      </Figure>
      <Figure word={formatMonth(summary.to)} tone={basis.tone} currency={currency} note={basis.word.toLowerCase()}>
        {formatAmount(to, currency)}
      </Figure>
      <Figure
        word="Change"
        tone="text-muted"
        currency={currency}
        note={relative === null ? 'from nothing' : `${formatPercent(relative)} of ${formatMonth(summary.from)}`}
        isApart
      >
        {formatAmount(change, currency, true)}
      </Figure>
      <Figure
        word="Material"
        tone="text-muted"
        currency={null}
        note={`of ${formatCount(rows)} ${plural(rows, 'change')}`}
      >
        {formatCount(material)}
      </Figure>
    </dl>
  );
}

function Figure({
  word,
  tone,
  note,
  currency,
  isApart = false,
  children,
}: {
  word: string;
  tone: string;
  note: string;
  currency: string | null;
  isApart?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={isApart ? 'border-l pl-9' : ''}>
      <dt className={`text-table font-medium ${tone}`}>{word}</dt>
      <dd>
        <span className="tabular flex items-baseline gap-1 text-figure font-semibold tracking-[-0.02em] whitespace-nowrap">
          {currency !== null && <span className="text-lead font-normal text-muted">{currencySign(currency)}</span>}
          {children}
        </span>
        <span className="tabular block text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}

function Movers({ total, search, onSearch }: Props) {
  const { movers, currency } = total;
  const open = ({ customer, meter }: FluxRowView): void =>
    onSearch(withPart(search, 'open', { customer, meter, currency }), false);
  return (
    <section aria-label={`Top movers in ${currency.toUpperCase()}`} className="min-w-0">
      <h3 className="flex h-7 items-center font-semibold">Top movers</h3>
      {movers.length === 0 ? (
        <p className="text-muted">No amount changed.</p>
      ) : (
        <ol className="mt-1">
          {movers.map((row) => (
            <li key={`${row.customer} ${row.meter}`} className="border-t border-line first:border-t-0">
              <button
                type="button"
                onClick={() => open(row)}
                className="flex w-full items-center gap-3 rounded-md px-1.5 py-[5px] text-left hover:bg-hover"
              >
                <span className="min-w-0 flex-1">
                  <span className="flex items-center gap-2">
                    <bdi className="min-w-0 truncate font-medium">{customerOf(row)}</bdi>
                    {row.material && <MaterialMark />}
                  </span>
                  <span className="block truncate text-label text-muted">
                    {meterLabel(row.meter)}
                    {movedParts(row)
                      .slice(0, 2)
                      .map((part) => ` · ${PART_WORDS[part].word}`)
                      .join('')}
                  </span>
                </span>
                <span className="tabular shrink-0 text-right whitespace-nowrap">
                  <span className="block font-medium">{formatMoney(row.change, currency, true)}</span>
                  <span className="block text-label text-muted">
                    {row.relative === null ? '' : formatPercent(row.relative)}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Meters({ summary, total, search, onSearch }: Props) {
  const { currency, meters } = total;
  const parts = partsIn([total]);
  const head = 'h-8 px-1.5 text-right font-medium whitespace-nowrap';
  const chosen = search.meters;
  return (
    <section aria-label={`By meter in ${currency.toUpperCase()}`} className="mt-6">
      <h3 className="flex h-7 items-center font-semibold">By meter</h3>
      <div className="overflow-x-auto">
        <table className="w-full text-table">
          <caption className="sr-only">
            What changed per meter, in {currency.toUpperCase()}. Choosing a meter narrows the rows below.
          </caption>
          <thead>
            <tr className="text-muted [&>th]:border-b [&>th]:border-line-strong">
              <th scope="col" className="h-8 px-1.5 font-medium">
                Meter
              </th>
              <th scope="col" className={`${head} ${BASIS_WORDS[summary.basis].tone}`}>
                {formatMonth(summary.from)}
              </th>
              <th scope="col" className={`${head} ${BASIS_WORDS[summary.basis].tone}`}>
                {formatMonth(summary.to)}
              </th>
              <th scope="col" className={head}>
                Change {currencySign(currency)}
              </th>
              <th scope="col" className={head}>
                <abbr title="Share of the first month" className="no-underline">
                  Rel.
                </abbr>
              </th>
              {parts.map((part) => (
                <th
                  key={part}
                  scope="col"
                  className={`${head} hidden ${roomFor(total)}`}
                  title={PART_WORDS[part].meaning}
                >
                  {PART_WORDS[part].short}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {meters.map((sum) => {
              const isChosen = chosen?.includes(sum.meter) === true;
              return (
                <tr
                  key={sum.meter}
                  className={`[&>*]:border-t [&>*]:border-line first:[&>*]:border-t-0 ${isChosen ? 'bg-selected' : ''}`}
                >
                  <th scope="row" className="h-(--row)">
                    <button
                      type="button"
                      aria-pressed={isChosen}
                      onClick={() => onSearch(withPart(search, 'meters', toggled(chosen, sum.meter)))}
                      className="h-7 rounded-md px-1.5 text-left font-medium whitespace-nowrap hover:bg-hover"
                    >
                      {meterLabel(sum.meter)}
                    </button>
                  </th>
                  <Cells sum={sum} currency={currency} parts={parts} partClass={roomFor(total)} />
                </tr>
              );
            })}
          </tbody>
          {meters.length > 1 && (
            <tfoot>
              <tr className="font-semibold [&>*]:border-t [&>*]:border-line-strong">
                <th scope="row" className="h-(--row) px-1.5">
                  All meters
                </th>
                <Cells sum={total} currency={currency} parts={parts} partClass={roomFor(total)} isStrong />
              </tr>
            </tfoot>
          )}
        </table>
      </div>
    </section>
  );
}

/** From which width on there is room for the parts beside the sums; amounts of millions need more of it. */
const roomFor = ({ from, to }: Pick<Total, 'from' | 'to'>): string =>
  Math.max(from.length, to.length) > LONG_AMOUNT ? '@min-[1180px]:table-cell' : '@min-[860px]:table-cell';

const LONG_AMOUNT = 9;

function Cells({
  sum,
  currency,
  parts,
  partClass,
  isStrong = false,
}: {
  sum: Pick<Total, 'from' | 'to' | 'change' | 'relative' | 'parts'>;
  currency: string;
  parts: ReturnType<typeof partsIn>;
  partClass: string;
  isStrong?: boolean;
}) {
  const cell = 'px-1.5 text-right';
  return (
    <>
      <td className={cell}>
        <Amount text={sum.from} currency={currency} />
      </td>
      <td className={cell}>
        <Amount text={sum.to} currency={currency} />
      </td>
      <td className={cell}>
        <Amount
          text={sum.change}
          currency={currency}
          isDifference
          className={signOfText(sum.change) === 0 ? 'text-faint' : isStrong ? '' : 'font-medium'}
        />
      </td>
      <td className={`${cell} tabular whitespace-nowrap text-muted`}>{formatPercent(sum.relative)}</td>
      {parts.map((part) => (
        <td key={part} className={`${cell} hidden ${partClass}`}>
          <Amount
            text={sum.parts[part]}
            currency={currency}
            isDifference
            className={signOfText(sum.parts[part]) === 0 ? 'text-faint' : ''}
          />
        </td>
      ))}
    </>
  );
}
