import type { CellDetail, CellRow } from '../../../shared/contract/schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { currencySign, formatAmount } from '../../format/money.ts';
import { formatQuantity } from '../../format/number.ts';
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
  const prices = new Set(steps.map(({ price }) => price));
  return (
    <Section title="Price" aside={<span className="text-table text-muted">in {currencySign(currency)}</span>}>
      <table className="w-full text-table">
        <caption className="sr-only">Price of the measured and of the metered quantity by tier</caption>
        <thead>
          <tr className="text-muted">
            <th scope="col" className="h-7 pr-2 font-medium">
              Tier
            </th>
            <th scope="col" className="px-2 text-right font-medium">
              Per unit
            </th>
            <th scope="col" className="px-2 text-right font-medium text-measured">
              Measured
            </th>
            <th scope="col" className="pl-2 text-right font-medium text-metered">
              Metered
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <Step key={step.key} step={step} currency={currency} isPriceShown={prices.size > 1} />
          ))}
        </tbody>
        {money !== null && (
          <tfoot>
            <tr className="font-semibold [&>*]:border-t [&>*]:border-line-strong">
              <th scope="row" colSpan={2} className="h-8">
                Total
              </th>
              <td className="px-2 text-right">
                <Amount text={money.measured} currency={currency} />
              </td>
              <td className="pl-2 text-right">
                <Amount text={money.metered} currency={currency} />
              </td>
            </tr>
          </tfoot>
        )}
      </table>
    </Section>
  );
}

function Step({ step, currency, isPriceShown }: { step: LadderStep; currency: string; isPriceShown: boolean }) {
  const range =
    step.upTo === null
      ? step.from === null
        ? 'every unit'
        : `above ${formatQuantity(step.from)}`
      : `up to ${formatQuantity(step.upTo)}`;
  return (
    <>
      <tr className="[&>*]:border-t [&>*]:border-line">
        <th scope="row" className="tabular pt-1.5 pr-2">
          {range}
          {isPriceShown && <span className="block font-mono text-label text-faint">{step.price}</span>}
        </th>
        <td className="tabular px-2 pt-1.5 text-right text-muted">
          {step.unitAmount === null ? '–' : formatAmount(step.unitAmount, currency)}
        </td>
        <Side side={step.measured} flat={step.flatMeasured} currency={currency} />
        <Side side={step.metered} flat={step.flatMetered} currency={currency} />
      </tr>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of a plain table takes no focus; the figures above say the same */}
      <tr aria-hidden="true">
        <td colSpan={4} className="pt-1 pb-2">
          <span className="block h-[3px] rounded-full bg-pressed">
            <span className="block h-full rounded-full bg-measured" style={{ width: `${step.fillMeasured * 100}%` }} />
          </span>
          <span className="mt-[3px] block h-[3px] rounded-full bg-pressed">
            <span className="block h-full rounded-full bg-metered" style={{ width: `${step.fillMetered * 100}%` }} />
          </span>
        </td>
      </tr>
    </>
  );
}

function Side({ side, flat, currency }: { side: LadderStep['measured']; flat: string | null; currency: string }) {
  return (
    <td className="tabular px-2 pt-1.5 text-right last:pr-0">
      {side === null ? (
        <span className="text-faint">–</span>
      ) : (
        <>
          <Amount text={side.amount} currency={currency} />
          <span className="block text-label text-faint">{formatQuantity(side.quantity)}</span>
        </>
      )}
      {flat !== null && <span className="block text-label text-faint">flat {formatAmount(flat, currency)}</span>}
    </td>
  );
}
