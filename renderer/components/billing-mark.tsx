import type { InvoiceState } from '../../shared/contract/invoice-schemas.ts';
import { BILLING_WORDS, type BillingVerdict, INVOICE_STATE_WORDS } from '../format/billing-words.ts';
import { MarkShape, TONE_TEXT } from './verdict-mark.tsx';

/** The mark of a billing verdict. Where no word stands beside it, `isNamed` gives it a name of its own. */
export function BillingMark({ verdict, isNamed = false }: { verdict: BillingVerdict; isNamed?: boolean }) {
  const { mark, tone, word, meaning } = BILLING_WORDS[verdict];
  return <MarkShape mark={mark} tone={tone} {...(isNamed ? { label: `${word}: ${meaning}` } : {})} />;
}

/** Mark and word of a billing verdict. */
export function BillingLabel({ verdict }: { verdict: BillingVerdict }) {
  const { word, tone } = BILLING_WORDS[verdict];
  return (
    <span className={`flex min-w-0 items-center gap-1.5 ${TONE_TEXT[tone]}`}>
      <BillingMark verdict={verdict} />
      <span className="truncate">{word}</span>
    </span>
  );
}

/** Mark and word of an invoice beside Stripe's. */
export function InvoiceStateLabel({ state }: { state: InvoiceState }) {
  const { word, tone, mark, meaning } = INVOICE_STATE_WORDS[state];
  return (
    <span className={`flex min-w-0 items-center gap-1.5 ${TONE_TEXT[tone]}`} title={meaning}>
      <MarkShape mark={mark} tone={tone} />
      <span className="truncate">{word}</span>
    </span>
  );
}
