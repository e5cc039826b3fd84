import type { InvoiceLine } from '../billing/invoice.ts';
import type { RatingOptions } from '../rating/options.ts';

/** What the proof reads of an invoice line. */
export type ProofLine = Pick<
  InvoiceLine,
  | 'id'
  | 'invoiceId'
  | 'amountMinor'
  | 'currency'
  | 'description'
  | 'quantity'
  | 'unitAmount'
  | 'priceId'
  | 'subscriptionId'
  | 'subscriptionItemId'
  | 'servicePeriod'
  | 'isProration'
  | 'origin'
>;

/** Why a rated line is not what the invoice says (interfaces.md section 6, `prove`). */
export type ProofCause = 'manual_edit' | 'rounding' | 'price_changed' | 'proration' | 'unknown_feature';

/** A setting of `rating:` in tieout.yaml and the value that it would take. */
export type RatingSetting = { readonly option: keyof RatingOptions; readonly value: string };

/** Settings that are changed together; mostly one. */
export type Alternative = readonly RatingSetting[];

/** A line, or several that only their sum can be compared of, whose amount is not what they rate to. Minor units. */
export type Differing = {
  /** The line, or the first of those compared together. */
  readonly line: ProofLine;
  /** How many lines were compared together. */
  readonly lines: number;
  readonly rated: bigint;
  readonly billed: bigint;
  readonly cause: ProofCause;
  /** Every smallest change of settings that makes it exact; empty where none does. */
  readonly fixes: readonly Alternative[];
};

export type Unratable = { readonly line: ProofLine; readonly reason: string };

/** What rating the lines of one price and service period again showed. */
export type GroupProof = {
  readonly kind: 'metered' | 'licensed';
  readonly lines: number;
  readonly exact: number;
  readonly differing: readonly Differing[];
  readonly unratable: readonly Unratable[];
};

/** `rating.rounding: half_even`, as it is written in tieout.yaml; several are joined by a comma. */
export const alternativeText = (alternative: Alternative): string =>
  alternative.map(({ option, value }) => `rating.${option}: ${value}`).join(', ');

/** Lines of one invoice that one price was rated to: same item (or price), same service period; in their order. */
export function groupLines(lines: Iterable<ProofLine>): readonly (readonly ProofLine[])[] {
  const groups = new Map<string, ProofLine[]>();
  for (const line of lines) {
    const { from, to } = line.servicePeriod;
    const owner = `${line.subscriptionItemId ?? ''} ${line.priceId ?? ''} ${line.currency} ${from} ${to}`;
    // Every proration stands alone: two changes within one second are two lines of one item and period.
    const key = line.isProration || line.priceId === null ? `line ${line.id}` : owner;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return [...groups.values()];
}

/**
 * The two charges of lines that stand twice on one invoice, each as often as the other; null where they do not.
 * @param group lines of one group
 */
export function copiesOf(group: readonly ProofLine[]): readonly [readonly ProofLine[], readonly ProofLine[]] | null {
  const alike = new Map<string, ProofLine[]>();
  for (const line of group) {
    const key = `${line.quantity} ${line.unitAmount} ${line.amountMinor}`;
    alike.set(key, [...(alike.get(key) ?? []), line]);
  }
  if ([...alike.values()].some(({ length }) => length % 2 === 1)) return null;
  const first = new Set([...alike.values()].flatMap((lines) => lines.slice(0, lines.length / 2)));
  return [group.filter((line) => first.has(line)), group.filter((line) => !first.has(line))];
}
