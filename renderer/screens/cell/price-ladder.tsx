import { Fragment } from 'react';
import type { CellDetail, CellRow } from '../../../shared/contract/schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { currencySign, formatAmount } from '../../format/money.ts';
import { formatQuantity, signOfText } from '../../format/number.ts';
import { type LadderStep, ladderOf } from './ladder.ts';
import { Section } from './section.tsx';

/** What the quantities cost, tier by tier, each tier filled to the measured and to the metered mark. */
export function PriceLadder({
  impact,
  money,
}: {
  impact: NonNullable<CellDetail['priceImpact']>;
  money: CellRow['money'];
}) {
  const steps = ladderOf(impact);
  const { currency } = impact;
  const prices = [...new Set(steps.map(({ price }) => price))];
  return (
    <Section title="Price impact" aside={<span className="text-table text-muted">in {currencySign(currency)}</span>}>
      <table className="w-full text-table">
        <caption className="sr-only">
          What the measured and the metered quantity cost, tier by tier, and the difference
        </caption>
        <thead>
          <tr className="text-muted">
            <th scope="col" className="h-7 pr-2 font-medium">
              Tier
            </th>
            <th scope="col" className="px-2 text-right font-medium text-measured">
              Measured
            </th>
            <th scope="col" className="px-2 text-right font-medium text-metered">
              Metered
            </th>
            <th scope="col" className="pl-2 text-right font-medium">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {prices.map((price) => (
            <Fragment key={price}>
              {prices.length > 1 && (
                <tr>
                  <th scope="rowgroup" colSpan={4} className="border-t border-line-strong pt-2 font-mono text-label">
                    {price}
                  </th>
                </tr>
              )}
              {steps
                .filter((step) => step.price === price)
                .map((step) => (
                  <Step key={step.key} step={step} currency={currency} />
                ))}
            </Fragment>
          ))}
        </tbody>
        {money !== null && (
          <tfoot>
            <tr className="font-semibold [&>*]:border-t [&>*]:border-line-strong">
              <th scope="row" className="h-8">
                Total
              </th>
              <td className="px-2 text-right">
                <Amount text={money.measured} currency={currency} />
              </td>
              <td className="px-2 text-right">
                <Amount text={money.metered} currency={currency} />
              </td>
              <td className="pl-2 text-right">
                <Difference text={money.difference} currency={currency} />
              </td>
            </tr>
          </tfoot>
        )}
      </table>
    </Section>
  );
}

const rangeOf = ({ from, upTo }: LadderStep): string => {
  if (upTo !== null) return `up to ${formatQuantity(upTo)}`;
  return from === null ? 'every unit' : `above ${formatQuantity(from)}`;
};

function Step({ step, currency }: { step: LadderStep; currency: string }) {
  const hasFlat = step.flatMeasured !== null || step.flatMetered !== null;
  return (
    <>
      <tr className="align-top [&>*]:border-t [&>*]:border-line">
        <th scope="row" className="tabular pt-1.5 pr-2">
          {rangeOf(step)}
          <span className="block text-label text-faint">
            {step.unitAmount === null ? '' : `at ${formatAmount(step.unitAmount, currency)}`}
          </span>
        </th>
        <Side side={step.measured} currency={currency} />
        <Side side={step.metered} currency={currency} />
        <td className="pt-1.5 pl-2 text-right">
          <Difference text={step.difference} currency={currency} />
        </td>
      </tr>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of a plain table takes no focus; the figures above say the same */}
      <tr aria-hidden="true">
        <td colSpan={4} className="pt-1 pb-2">
          <Fill share={step.fillMeasured} tone="bg-measured" />
          <Fill share={step.fillMetered} tone="bg-metered" />
        </td>
      </tr>
      {hasFlat && (
        <tr className="[&>*]:pb-2">
          <th scope="row" className="pr-2 text-muted">
            flat fee
          </th>
          <td className="px-2 text-right">
            <Amount text={step.flatMeasured} currency={currency} />
          </td>
          <td className="px-2 text-right">
            <Amount text={step.flatMetered} currency={currency} />
          </td>
          <td className="pl-2 text-right">
            <Difference text={step.flatDifference} currency={currency} />
          </td>
        </tr>
      )}
    </>
  );
}

/** A tier filled to its mark: how much of it one side uses. */
function Fill({ share, tone }: { share: number; tone: string }) {
  return (
    <span className="relative mt-[3px] block h-[4px] rounded-full bg-pressed">
      <span className={`block h-full rounded-full opacity-60 ${tone}`} style={{ width: `${share * 100}%` }} />
      {share > 0 && (
        <span
          className={`absolute top-[-2px] h-[8px] w-[2px] -translate-x-full rounded-full ${tone}`}
          style={{ left: `${share * 100}%` }}
        />
      )}
    </span>
  );
}

function Side({ side, currency }: { side: LadderStep['measured']; currency: string }) {
  return (
    <td className="tabular px-2 pt-1.5 text-right">
      {side === null ? (
        <span className="text-faint">–</span>
      ) : (
        <>
          <Amount text={side.amount} currency={currency} />
          <span className="block text-label text-faint">{formatQuantity(side.quantity)}</span>
        </>
      )}
    </td>
  );
}

function Difference({ text, currency }: { text: string | null; currency: string }) {
  return (
    <Amount
      text={text}
      currency={currency}
      isDifference
      className={signOfText(text) === 0 ? 'text-faint' : 'font-medium'}
    />
  );
}
