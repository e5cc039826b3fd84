import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import type {
  InvoiceDetail,
  InvoiceGroupView,
  InvoiceItemView,
  InvoiceLineView,
} from '../../../shared/contract/invoice-schemas.ts';
import { Amount, Quantity } from '../../components/figure.tsx';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { currencySign, formatAmount } from '../../format/money.ts';
import { formatQuantity, groupNumbersIn, signOfText } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { differenceWords, exactBeyond, itemUnitAmount, lineWord, stripeSays, totalRows } from './invoice-view.ts';

type Sheet = {
  readonly detail: InvoiceDetail;
  readonly unfolded: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
};

/** The margin beside the paper: what Stripe says and what lies between. */
const MARGIN = 'bg-raised px-3 text-right';
const FIRST_MARGIN = `${MARGIN} border-l border-line`;

/** The lines and the sums, as an invoice prints them, with Stripe's amounts beside. */
export function InvoiceLines({ detail, unfolded, onToggle }: Sheet) {
  const { currency, groups, inclusiveTax } = detail;
  const isCompared = detail.stripe !== null;
  const head = 'h-9 border-b border-line-strong font-medium whitespace-nowrap';
  return (
    <table className="w-full">
      <caption className="sr-only">
        Lines of the invoice by product{isCompared ? ', with Stripe’s amounts and the differences beside' : ''}
      </caption>
      <thead className="text-table text-muted">
        <tr>
          <th scope="col" className={`${head} pl-8`}>
            Description
          </th>
          <th scope="col" className={`${head} px-3 text-right`}>
            Quantity
          </th>
          <th scope="col" className={`${head} px-3 text-right`}>
            Unit price
          </th>
          <th scope="col" className={`${head} pr-8 pl-3 text-right`}>
            Amount {currencySign(currency)}
          </th>
          {isCompared && (
            <>
              <th scope="col" className={`${head} ${FIRST_MARGIN} w-[132px] text-billed`}>
                At Stripe {currencySign(currency)}
              </th>
              <th scope="col" className={`${head} ${MARGIN} w-[116px]`}>
                Difference
              </th>
            </>
          )}
        </tr>
      </thead>
      {groups.map((group) => (
        <Group
          key={group.product.id ?? group.product.name}
          group={group}
          detail={detail}
          unfolded={unfolded}
          onToggle={onToggle}
        />
      ))}
      <tbody>
        <Gap isCompared={isCompared} />
        {totalRows(detail.totals).map(({ field, word, ours, stripe, difference, isStrong }) => (
          <tr key={field} className={isStrong ? 'font-semibold' : ''}>
            <td />
            <th scope="row" colSpan={2} className={`h-8 px-3 ${isStrong ? 'border-t border-line-strong' : ''}`}>
              {word}
            </th>
            <td className={`pr-8 pl-3 text-right ${isStrong ? 'border-t border-line-strong' : ''}`}>
              <Amount text={ours} currency={currency} />
            </td>
            {isCompared && (
              <>
                <td className={FIRST_MARGIN}>
                  <Amount text={stripe} currency={currency} className={isStrong ? '' : 'text-muted'} />
                </td>
                <td className={MARGIN}>
                  <Difference text={difference} currency={currency} />
                </td>
              </>
            )}
          </tr>
        ))}
        {inclusiveTax !== null && (
          <tr className="text-muted">
            <td />
            <th scope="row" colSpan={2} className="h-7 px-3 text-table">
              Tax that is part of the prices
            </th>
            <td className="pr-8 pl-3 text-right text-table">
              <Amount text={inclusiveTax} currency={currency} />
            </td>
            {isCompared && <EmptyMargin />}
          </tr>
        )}
        <Gap isCompared={isCompared} />
      </tbody>
    </table>
  );
}

const EmptyMargin = () => (
  <>
    <td className={FIRST_MARGIN} />
    <td className={MARGIN} />
  </>
);

const Gap = ({ isCompared }: { isCompared: boolean }) => (
  <tr className="h-3">
    <td colSpan={4} />
    {isCompared && <EmptyMargin />}
  </tr>
);

function Group({ group, detail, unfolded, onToggle }: Sheet & { group: InvoiceGroupView }) {
  const { currency, stripe } = detail;
  const isCompared = stripe !== null;
  const hasSum = group.items.length > 1;
  const amount = (text: string | null, isDifference = false): ReactNode =>
    hasSum &&
    (isDifference ? <Difference text={text} currency={currency} /> : <Amount text={text} currency={currency} />);
  return (
    <tbody>
      <tr className="text-muted">
        <th scope="rowgroup" colSpan={3} className="h-10 pb-1 pl-8 align-bottom font-semibold text-ink">
          <bdi>{group.product.name}</bdi>
        </th>
        <td className="pr-8 pb-1 pl-3 text-right align-bottom text-table">{amount(group.amount)}</td>
        {isCompared && (
          <>
            <td className={`${FIRST_MARGIN} pb-1 align-bottom text-table`}>{amount(group.stripeAmount)}</td>
            <td className={`${MARGIN} pb-1 align-bottom text-table`}>{amount(group.difference, true)}</td>
          </>
        )}
      </tr>
      {group.items.map((item) => (
        <Item
          key={item.key}
          item={item}
          detail={detail}
          isUnfolded={unfolded.has(item.key)}
          onToggle={() => onToggle(item.key)}
        />
      ))}
    </tbody>
  );
}

function Item({
  item,
  detail,
  isUnfolded,
  onToggle,
}: {
  item: InvoiceItemView;
  detail: InvoiceDetail;
  isUnfolded: boolean;
  onToggle: () => void;
}) {
  const { currency, period } = detail;
  const isCompared = detail.stripe !== null;
  const unitAmount = itemUnitAmount(item);
  const isElsewhere = item.servicePeriod.from !== period.from || item.servicePeriod.to !== period.to;
  const rule = 'border-t border-line';
  return (
    <Fragment>
      <tr className="align-top">
        <th scope="row" className={`${rule} py-1.5 pl-[14px]`}>
          <button
            type="button"
            aria-expanded={isUnfolded}
            onClick={onToggle}
            className="flex items-start gap-1 text-left hover:text-accent"
          >
            <ChevronRight
              size={14}
              aria-hidden="true"
              className={`mt-[2px] shrink-0 text-muted ${isUnfolded ? 'rotate-90' : ''}`}
            />
            <span className="wrap-anywhere">
              <bdi>{item.description}</bdi>
              {item.unit !== null && <span className="pl-1.5 text-label text-faint">{item.unit}</span>}
            </span>
          </button>
          {isElsewhere && (
            <span className="block pl-[18px] text-label text-faint">
              {formatPeriod(item.servicePeriod.from, item.servicePeriod.to)}
            </span>
          )}
        </th>
        <td className={`${rule} tabular px-3 py-1.5 text-right whitespace-nowrap`}>{formatQuantity(item.quantity)}</td>
        <td className={`${rule} tabular px-3 py-1.5 text-right whitespace-nowrap text-muted`}>
          {unitAmount === null ? '' : formatAmount(unitAmount, currency)}
        </td>
        <td className={`${rule} py-1.5 pr-8 pl-3 text-right`}>
          <Amount text={item.amount} currency={currency} />
        </td>
        {isCompared && (
          <>
            <td className={`${FIRST_MARGIN} ${rule} py-1.5`}>
              <Amount text={item.stripeAmount} currency={currency} className="text-muted" />
            </td>
            <td className={`${MARGIN} ${rule} py-1.5`}>
              <Difference text={item.difference} currency={currency} />
            </td>
          </>
        )}
      </tr>
      {isUnfolded &&
        item.lines.map((line) => <Line key={line.key} line={line} word={lineWord(item, line)} detail={detail} />)}
      {isUnfolded && item.meter !== null && (
        <tr className="text-table">
          <td colSpan={4} className="h-7 pb-1.5 pl-11">
            <Link
              to="/months/$month/cell"
              params={{ month: detail.key.month }}
              search={{ meter: item.meter, customer: detail.customer.id, usageId: null }}
              className="text-accent hover:underline"
            >
              Where this quantity comes from
            </Link>
          </td>
          {isCompared && <EmptyMargin />}
        </tr>
      )}
    </Fragment>
  );
}

/** One printed line: a tier, a flat fee. */
function Line({ line, word, detail }: { line: InvoiceLineView; word: string; detail: InvoiceDetail }) {
  const { currency } = detail;
  const isCompared = detail.stripe !== null;
  const { ours, stripe } = line;
  const exact = exactBeyond(ours?.exact ?? null, ours?.amount ?? null);
  const notes = differenceWords(line, currency);
  const unitAmount = ours?.unitAmount ?? stripe?.unitAmount ?? null;
  return (
    <tr className="align-top text-table">
      <th scope="row" className="py-1 pl-11 text-muted">
        <bdi className="wrap-anywhere" title={groupNumbersIn(line.description)}>
          {word}
        </bdi>
        {notes.map((note) => (
          <span key={note} className="block text-label text-structural">
            {note}
          </span>
        ))}
      </th>
      <td className="tabular px-3 py-1 text-right whitespace-nowrap text-muted">
        <Quantity text={ours?.quantity ?? null} />
        {ours?.rawQuantity !== undefined && (
          <span className="block text-label text-faint">of {formatQuantity(ours.rawQuantity)}</span>
        )}
        <StripeSays text={stripeSays(line, 'quantity', currency)} />
      </td>
      <td className="tabular px-3 py-1 text-right whitespace-nowrap text-muted">
        {unitAmount === null ? '' : formatAmount(unitAmount, currency)}
        <StripeSays text={stripeSays(line, 'unitAmount', currency)} />
      </td>
      <td className="py-1 pr-8 pl-3 text-right">
        <Amount text={ours?.amount ?? null} currency={currency} />
        {exact !== null && (
          <span className="tabular block text-label whitespace-nowrap text-faint">
            exact {formatAmount(exact, currency)}
          </span>
        )}
      </td>
      {isCompared && (
        <>
          <td className={`${FIRST_MARGIN} py-1`} title={stripe?.id}>
            <Amount text={stripe?.amount ?? null} currency={currency} className="text-muted" />
          </td>
          <td className={`${MARGIN} py-1`}>
            <Difference text={line.difference} currency={currency} isMarked={line.differences.length > 0} />
          </td>
        </>
      )}
    </tr>
  );
}

/** Stripe's own figure beneath ours, where it is another one. */
const StripeSays = ({ text }: { text: string | null }) =>
  text === null ? null : <span className="block text-label text-structural">at Stripe {text}</span>;

/** What lies between the two, with its mark; nothing is a quiet zero. */
function Difference({
  text,
  currency,
  isMarked = false,
}: {
  text: string | null;
  currency: string;
  /** Something differs, whatever the amounts say. */
  isMarked?: boolean;
}) {
  const isOff = signOfText(text) !== 0;
  return (
    <span className="flex items-center justify-end gap-1.5">
      {(isOff || isMarked) && <MarkShape mark="differs" tone="structural" label="Differs from Stripe" size={12} />}
      <Amount
        text={text}
        currency={currency}
        isDifference
        className={isOff ? 'font-medium text-structural' : 'text-faint'}
      />
    </span>
  );
}
