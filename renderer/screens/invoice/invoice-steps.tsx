import { ChevronRight } from 'lucide-react';
import { Fragment, useState } from 'react';
import type { InvoiceDetail, InvoiceStepView } from '../../../shared/contract/invoice-schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { currencySign, formatAmount } from '../../format/money.ts';
import { groupNumbersIn, signOfText } from '../../format/number.ts';
import { exactBeyond, stepDetail, wordsOfLines } from './invoice-view.ts';

/** How the total came about: every step with what it adds, on which lines, and the total after it. */
export function InvoiceSteps({ detail }: { detail: InvoiceDetail }) {
  const { steps, currency } = detail;
  const isCompared = detail.stripe !== null;
  const words = wordsOfLines(detail);
  const head = 'h-8 border-b border-line-strong px-3 text-right font-medium whitespace-nowrap';
  return (
    <section aria-labelledby="steps" className="mt-8">
      <h2 id="steps" className="mb-1 text-lead font-semibold">
        How this total came about
      </h2>
      <table className="w-full text-table">
        <caption className="sr-only">Steps from the lines to the amount due, in {currency.toUpperCase()}</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className="h-8 border-b border-line-strong font-medium">
              Step
            </th>
            <th scope="col" className={head}>
              Adds {currencySign(currency)}
            </th>
            <th scope="col" className={head}>
              Total so far
            </th>
            {isCompared && (
              <>
                <th scope="col" className={`${head} text-billed`}>
                  At Stripe
                </th>
                <th scope="col" className={head}>
                  Difference
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {steps.map((step, place) => (
            <Step
              // biome-ignore lint/suspicious/noArrayIndexKey: steps are an order, and two may be alike
              key={place}
              step={step}
              currency={currency}
              words={words}
              isCompared={isCompared}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Step({
  step,
  currency,
  words,
  isCompared,
}: {
  step: InvoiceStepView;
  currency: string;
  /** What to call a line, by its key. */
  words: ReadonlyMap<string, string>;
  isCompared: boolean;
}) {
  const [isUnfolded, setUnfolded] = useState(false);
  const detail = stepDetail(step, currency);
  const exact = exactBeyond(step.exact, step.amount);
  const cell = 'border-b border-line px-3 py-1.5 text-right align-top';
  const isOff = signOfText(step.difference) !== 0;
  return (
    <Fragment>
      <tr>
        <th scope="row" className="border-b border-line py-1.5 align-top">
          {step.applied.length === 0 ? (
            <span className="pl-[18px]">{step.label}</span>
          ) : (
            <button
              type="button"
              aria-expanded={isUnfolded}
              onClick={() => setUnfolded(!isUnfolded)}
              className="flex items-start gap-1 text-left hover:text-accent"
            >
              <ChevronRight
                size={14}
                aria-hidden="true"
                className={`mt-px shrink-0 text-muted ${isUnfolded ? 'rotate-90' : ''}`}
              />
              {step.label}
            </button>
          )}
          {detail !== null && <span className="tabular block pl-[18px] text-label text-muted">{detail}</span>}
          {step.note !== null && <span className="block pl-[18px] text-label text-muted">{step.note}</span>}
        </th>
        <td className={cell}>
          <Amount text={step.amount} currency={currency} isDifference={step.type !== 'lines'} />
          {exact !== null && (
            <span className="tabular block text-label whitespace-nowrap text-faint">
              exact {formatAmount(exact, currency)}
            </span>
          )}
        </td>
        <td className={`${cell} text-muted`}>
          <Amount text={step.running} currency={currency} />
        </td>
        {isCompared && (
          <>
            <td className={`${cell} text-muted`}>
              <Amount text={step.stripeAmount} currency={currency} isDifference={step.type !== 'lines'} />
            </td>
            <td className={cell}>
              <Amount
                text={step.difference}
                currency={currency}
                isDifference
                className={isOff ? 'font-medium text-structural' : 'text-faint'}
              />
            </td>
          </>
        )}
      </tr>
      {isUnfolded &&
        step.applied.map(({ line, description, amount }) => (
          <tr key={line} className="text-muted">
            <td className="h-7 border-b border-line pl-9">
              <bdi>{words.get(line) ?? groupNumbersIn(description)}</bdi>
            </td>
            <td className="border-b border-line px-3 text-right">
              <Amount text={amount} currency={currency} isDifference={step.type !== 'lines'} />
            </td>
            <td colSpan={isCompared ? 3 : 1} className="border-b border-line" />
          </tr>
        ))}
    </Fragment>
  );
}
