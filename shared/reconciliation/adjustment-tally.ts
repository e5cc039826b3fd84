import type { AdjustmentProof } from './proof-adjustments.ts';
import { type Alternative, alternativeText } from './proof-line.ts';
import type { Suggestion } from './proof-tally.ts';

/** A discount, a sum of credits or a tax that Stripe made otherwise; `setting`: what history says it follows. */
export type DifferingStep = Omit<AdjustmentProof, 'fixes' | 'isExact'> & { readonly setting: Alternative | null };

/** What working the steps after the price out again showed. */
export type AdjustmentsProof = {
  readonly steps: number;
  readonly exact: number;
  readonly differing: readonly DifferingStep[];
  /** Settings that would make more steps exact than they would lose, the most helpful first. */
  readonly suggestions: readonly Suggestion[];
};

/** Adds up what the steps of invoices showed. */
export class AdjustmentTally {
  #steps = 0;
  readonly #off: AdjustmentProof[] = [];

  add(proof: AdjustmentProof): void {
    this.#steps += 1;
    if (!proof.isExact) this.#off.push(proof);
  }

  /** Every setting that would make some step exact; what they would do to the others is to be found out. */
  get candidates(): readonly Alternative[] {
    const found = new Map<string, Alternative>();
    for (const { fixes } of this.#off) for (const fix of fixes) found.set(alternativeText(fix), fix);
    return [...found.values()];
  }

  /** @param weighed what each candidate would do to all steps; one that loses as many as it gains is no rule */
  finish(weighed: readonly Suggestion[]): AdjustmentsProof {
    const suggestions = weighed
      .filter(({ gains, losses }) => gains > losses)
      .toSorted((a, b) => b.gains - b.losses - (a.gains - a.losses));
    const order = suggestions.map(({ alternative }) => alternativeText(alternative));
    const differing = this.#off.map(({ fixes, isExact: _, ...step }): DifferingStep => {
      const places = fixes.map((fix) => order.indexOf(alternativeText(fix))).filter((place) => place >= 0);
      const best = places.length === 0 ? undefined : suggestions[Math.min(...places)];
      return { ...step, setting: best?.alternative ?? null };
    });
    return { steps: this.#steps, exact: this.#steps - this.#off.length, differing, suggestions };
  }
}
