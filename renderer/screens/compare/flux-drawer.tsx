import { Link } from '@tanstack/react-router';
import { ArrowUpRight, X } from 'lucide-react';
import type { FluxDetail, FluxKey } from '../../../shared/contract/compare-schemas.ts';
import { IconButton } from '../../components/button.tsx';
import { Amount, Quantity } from '../../components/figure.tsx';
import { Sentence } from '../../components/sentence.tsx';
import { Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { useFluxDetail } from '../../data/compare.ts';
import { documentOf } from '../../data/errors.ts';
import { BASIS_WORDS, PART_WORDS } from '../../format/flux-words.ts';
import { formatAmount, formatMoney, mostMinorDigits } from '../../format/money.ts';
import { formatQuantity, groupNumbersIn, signOfText, widestFraction } from '../../format/number.ts';
import { formatMonth, formatPeriod } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { Notes } from '../cell/notes.tsx';
import { Section } from '../cell/section.tsx';
import { customerOf, rowSentence } from './compare-view.ts';

/** Both months of one row beside the table: how each part came about, and what each month is made of. */
export function FluxDrawer({ flux, onClose }: { flux: FluxKey; onClose: () => void }) {
  const detail = useFluxDetail(flux);
  const { data } = detail;
  return (
    <aside
      aria-label="Change"
      className="drawer-in flex w-[clamp(440px,36vw,680px)] shrink-0 flex-col border-l border-line bg-page"
    >
      <header className="flex shrink-0 items-start gap-3 border-b border-line py-3 pr-3 pl-5">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-title font-semibold tracking-[-0.01em]">
            <bdi title={flux.customer}>{data === undefined ? flux.customer : customerOf(data.row)}</bdi>
          </h2>
          <p className="truncate text-muted">{meterLabel(flux.meter)}</p>
        </div>
        <IconButton label="Close (esc)" onClick={onClose}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      </header>
      <section
        key={`${flux.customer} ${flux.meter} ${flux.currency}`}
        aria-label="Details of the change"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="@container min-h-0 flex-1 overflow-y-auto px-5 pt-3 pb-8"
      >
        {detail.isError && (
          <Failure
            document={documentOf(detail.error)}
            meaning="The comparison stands; only this row cannot be shown."
            onRetry={() => void detail.refetch()}
          />
        )}
        {detail.isPending && (
          <>
            <Skeleton width="80%" />
            <span className="mt-8 block">
              <SkeletonRows rows={10} label="Loading the change" />
            </span>
          </>
        )}
        {data !== undefined && !detail.isError && (
          <>
            <p className="text-lead">
              <Sentence text={rowSentence(data.row, { before: formatMonth(data.from), after: formatMonth(data.to) })} />
            </p>
            <CellLinks detail={data} />
            <Explained detail={data} />
            <BothMonths detail={data} />
            <Tiers detail={data} month={data.from} side={data.sides.from} />
            <Tiers detail={data} month={data.to} side={data.sides.to} />
            <Booked detail={data} />
            <Notes
              cell={{
                month: data.sides.to === null ? data.from : data.to,
                customer: data.row.customer,
                usageId: null,
                meter: data.row.meter,
              }}
              about={`${customerOf(data.row)} · ${meterLabel(data.row.meter)}`}
            />
          </>
        )}
      </section>
    </aside>
  );
}

/** The evidence of either month. */
function CellLinks({ detail: { from, to, row, sides } }: { detail: FluxDetail }) {
  const months = [...(sides.from === null ? [] : [from]), ...(sides.to === null ? [] : [to])];
  return (
    <p className="mt-3 flex flex-wrap gap-2">
      {months.map((month) => (
        <Link
          key={month}
          to="/months/$month/cell"
          params={{ month }}
          search={{ meter: row.meter, customer: row.customer, usageId: null }}
          className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover"
        >
          Evidence of {formatMonth(month)}
          <ArrowUpRight size={13} aria-hidden="true" className="text-muted" />
        </Link>
      ))}
    </p>
  );
}

function Explained({ detail: { explained, row } }: { detail: FluxDetail }) {
  if (explained.length === 0) return null;
  return (
    <Section title="How it came about">
      <dl>
        {explained.map(({ part, amount, text }) => (
          <div key={part} className="border-t border-line py-2 first:border-t-0 first:pt-0">
            <dt className="flex items-baseline justify-between gap-3">
              <span className="font-medium">{PART_WORDS[part].short}</span>
              <span className={`tabular ${signOfText(amount) === 0 ? 'text-faint' : 'font-medium'}`}>
                {formatMoney(amount, row.currency, true)}
              </span>
            </dt>
            <dd className="tabular text-muted">{groupNumbersIn(text)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

const LINES = [
  { key: 'gross', word: 'Lines' },
  { key: 'credits', word: 'Discounts and credits' },
  { key: 'corrections', word: 'Late corrections' },
] as const;

function BothMonths({ detail: { from, to, basis, sides, row } }: { detail: FluxDetail }) {
  const { currency } = row;
  const places = widestFraction([sides.from?.quantity, sides.to?.quantity]);
  const head = 'h-7 pl-3 text-right font-medium whitespace-nowrap';
  const shown = LINES.filter(
    ({ key }) => key === 'gross' || signOfText(sides.from?.[key]) !== 0 || signOfText(sides.to?.[key]) !== 0,
  );
  const cell = 'pl-3 text-right';
  return (
    <Section title="Both months" aside={<span className="text-table text-muted">{BASIS_WORDS[basis].word}</span>}>
      <table className="w-full text-table">
        <caption className="sr-only">
          {formatMonth(from)} and {formatMonth(to)} side by side
        </caption>
        <thead>
          <tr className="text-muted">
            <td />
            <th scope="col" className={head}>
              {formatMonth(from)}
            </th>
            <th scope="col" className={head}>
              {formatMonth(to)}
            </th>
          </tr>
        </thead>
        <tbody className="[&>tr>*]:border-t [&>tr>*]:border-line">
          <tr>
            <th scope="row" className="h-[26px]">
              {row.unit}
            </th>
            <td className={cell}>
              <Quantity text={sides.from?.quantity ?? null} places={places} />
            </td>
            <td className={cell}>
              <Quantity text={sides.to?.quantity ?? null} places={places} />
            </td>
          </tr>
          {shown.map(({ key, word }) => (
            <tr key={key}>
              <th scope="row" className="h-[26px]">
                {word}
              </th>
              <td className={cell}>
                <Taken text={sides.from?.[key] ?? null} isTaken={key === 'credits'} currency={currency} />
              </td>
              <td className={cell}>
                <Taken text={sides.to?.[key] ?? null} isTaken={key === 'credits'} currency={currency} />
              </td>
            </tr>
          ))}
          <tr className="font-semibold [&>*]:border-line-strong!">
            <th scope="row" className="h-8">
              Amount
            </th>
            <td className={cell}>
              <Amount text={row.from} currency={currency} />
            </td>
            <td className={cell}>
              <Amount text={row.to} currency={currency} />
            </td>
          </tr>
        </tbody>
      </table>
    </Section>
  );
}

/** What is taken off stands with its sign. */
function Taken({ text, isTaken, currency }: { text: string | null; isTaken: boolean; currency: string }) {
  const isOff = isTaken && signOfText(text) === 1;
  return <Amount text={isOff ? `-${text}` : text} currency={currency} places={mostMinorDigits([currency])} />;
}

/** A month's quantity through its prices. */
function Tiers({
  detail: { row },
  month,
  side,
}: {
  detail: FluxDetail;
  month: string;
  side: FluxDetail['sides']['from'];
}) {
  if (side === null || side.lines.length === 0) return null;
  const { currency } = row;
  const prices = [...new Set(side.lines.map(({ price }) => price))];
  return (
    <Section
      title={`Price in ${formatMonth(month)}`}
      aside={<code className="truncate pl-3 font-mono text-label text-faint">{prices.join(', ')}</code>}
    >
      <table className="w-full text-table">
        <caption className="sr-only">The quantity of {formatMonth(month)} through its price, tier by tier</caption>
        <thead>
          <tr className="text-muted">
            <th scope="col" className="h-7 font-medium">
              Tier
            </th>
            <th scope="col" className="h-7 pl-3 text-right font-medium">
              Quantity
            </th>
            <th scope="col" className="h-7 pl-3 text-right font-medium">
              At
            </th>
            <th scope="col" className="h-7 pl-3 text-right font-medium">
              Amount
            </th>
          </tr>
        </thead>
        <tbody className="[&>tr>*]:border-t [&>tr>*]:border-line">
          {side.lines.map((line) => (
            <tr key={`${line.price} ${line.tier} ${line.type}`}>
              <th scope="row" className="tabular h-[26px] whitespace-nowrap">
                {line.type === 'flat'
                  ? 'flat fee'
                  : line.upTo === null
                    ? line.tier < 2
                      ? 'every unit'
                      : 'above'
                    : `up to ${formatQuantity(line.upTo)}`}
              </th>
              <td className="tabular pl-3 text-right">
                {line.type === 'flat' ? <span className="text-faint">–</span> : formatQuantity(line.quantity)}
              </td>
              <td className="tabular pl-3 text-right text-muted">{formatAmount(line.unitAmount, currency)}</td>
              <td className="pl-3 text-right">
                <Amount text={line.amount} currency={currency} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** Late corrections that an invoice of either month carries. */
function Booked({ detail: { from, to, sides, row } }: { detail: FluxDetail }) {
  const all = [
    ...(sides.from?.booked ?? []).map((each) => ({ ...each, month: from })),
    ...(sides.to?.booked ?? []).map((each) => ({ ...each, month: to })),
  ];
  if (all.length === 0) return null;
  return (
    <Section title="Late corrections">
      <ul>
        {all.map(({ amount, servicePeriod, month }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two corrections may be alike
          <li key={place} className="flex justify-between gap-3 border-t border-line py-1.5 first:border-t-0">
            <span>
              For {formatPeriod(servicePeriod.from, servicePeriod.to)}, booked in {formatMonth(month)}
            </span>
            <span className="tabular font-medium">{formatMoney(amount, row.currency, true)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
