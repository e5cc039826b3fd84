import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { BuiltInvoice } from '../../../shared/rating/invoice/built-invoice.ts';
import { builtInvoiceDocument, stripeInvoiceDocument } from '../../../shared/reports/invoice-json.ts';
import { tryParseDecimal } from '../../../shared/values/decimal.ts';
import { printExactJson } from '../../../shared/values/exact-json.ts';
import { isFlatLine } from './compare-lines.ts';
import type { Preview } from './preview.ts';
import { differenceList, type InvoiceComparison, isFinal } from './stripe-invoice.ts';
import type { Quantities } from './usage-book.ts';

/** What the engine proved on history. */
export type ProofCounts = {
  readonly lines: number;
  readonly exact: number;
  readonly licensed: { readonly lines: number; readonly exact: number };
};

export type PreviewHead = { readonly workspace: string; readonly month: string; readonly quantities: Quantities };

/** An invoice of `tieout preview --json`: interfaces.md section 4, with Stripe's own and the differences (section 6). */
export function previewDocument(preview: Preview): object {
  const { customer, invoice, stripe, comparison, notes, state } = preview;
  return {
    ...builtInvoiceDocument(invoice),
    complete: notes.every(({ severity }) => severity === 'warning'),
    notes,
    name: customer.name,
    state,
    stripe: stripe === null ? null : stripeDocument(invoice, stripe, comparison),
    differences: comparison === null || stripe === null ? [] : differenceList(comparison, invoice, stripe),
  };
}

/** Stripe tells neither type nor tier of a line: they are those of the line of ours that it is. */
function stripeDocument(ours: BuiltInvoice, stripe: Invoice, comparison: InvoiceComparison | null): object {
  const document = stripeInvoiceDocument(stripe);
  const partner = new Map(
    comparison?.pairs.flatMap((pair) => {
      const mine = pair.ours.length === 1 ? ours.lines[pair.ours[0] as number] : undefined;
      return mine === undefined ? [] : pair.stripe.map((index) => [index, mine] as const);
    }),
  );
  return {
    id: stripe.id,
    number: stripe.number,
    ...document,
    lines: document.lines.map((line, index) => {
      const quantity = line.quantity === null ? null : tryParseDecimal(line.quantity);
      const unitAmount = line.unitAmount === null ? null : tryParseDecimal(line.unitAmount);
      const mine = partner.get(index);
      return {
        ...line,
        type: isFlatLine({ quantity, unitAmount }) ? 'flat' : 'usage',
        tier: mine?.tier ?? null,
        kind: mine?.kind ?? line.kind,
      };
    }),
  };
}

/** Exit code of a preview: a finalised invoice that differs, else one that is incomplete. */
export class PreviewExit {
  #code: 0 | 1 | 3 = 0;

  add({ state, stripe }: Pick<Preview, 'state' | 'stripe'>): void {
    if (state === 'differs' && stripe !== null && isFinal(stripe)) this.#code = 1;
    else if (state === 'incomplete' && this.#code === 0) this.#code = 3;
  }

  /** Data is missing, though no invoice says so. */
  addMissing(): void {
    if (this.#code === 0) this.#code = 3;
  }

  get code(): 0 | 1 | 3 {
    return this.#code;
  }
}

const FLUSH_CHARACTERS = 256 * 1024;

/** The document of `tieout preview --json` in pieces, one invoice a line; the pieces joined are one JSON document. */
export function* previewJson(
  head: PreviewHead,
  previews: Iterable<Preview>,
  proof: () => ProofCounts | null,
  exit: PreviewExit,
): Generator<string> {
  const { workspace, month, quantities } = head;
  const fields = Object.entries({ workspace, month, quantities });
  let text = `{\n  "tieout": 1,\n  "kind": "preview",\n${fields.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`).join('')}  "invoices": [`;
  let isFirst = true;
  for (const preview of previews) {
    exit.add(preview);
    text += `${isFirst ? '\n' : ',\n'}    ${printExactJson(previewDocument(preview))}`;
    isFirst = false;
    if (text.length < FLUSH_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield `${text}${isFirst ? '' : '\n  '}],\n  "proof": ${JSON.stringify(proof())},\n  "exit": ${exit.code}\n}\n`;
}
