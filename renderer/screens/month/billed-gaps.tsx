import type { MonthSummary } from '../../../shared/contract/schemas.ts';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { type BillingVerdict, isBilledWrong } from '../../format/billing-words.ts';
import { billedGapSentence, billingChips } from './month-view.ts';

/** What the invoices charge against what Stripe metered, where the two are not the same. */
export function BilledGaps({
  summary,
  onShow,
}: {
  summary: MonthSummary;
  onShow: (verdicts: readonly BillingVerdict[]) => void;
}) {
  const gaps = summary.billedAgainstMetered.filter(({ cells }) => cells > 0);
  if (gaps.length === 0) return null;
  const wrong = billingChips(summary.byBilling)
    .map(({ verdict }) => verdict)
    .filter(isBilledWrong);
  return (
    <div className="mt-4 flex items-start gap-2">
      <MarkShape mark="differs" tone="structural" className="mt-0.5" />
      <p>
        {gaps.map((gap) => billedGapSentence(gap)).join(' ')}{' '}
        <button type="button" onClick={() => onShow(wrong)} className="text-accent hover:underline">
          Show them
        </button>
      </p>
    </div>
  );
}
