import {
  type Alternative,
  alternativeText,
  type Differing,
  type GroupProof,
  type ProofCause,
  type Unratable,
} from './proof-line.ts';

/** A differing line with the one change of settings that history speaks for; null where there is none. */
export type DifferingLine = Omit<Differing, 'fixes'> & {
  readonly kind: GroupProof['kind'];
  readonly setting: Alternative | null;
};

/** What a change of settings would do to all lines. */
export type Suggestion = {
  readonly alternative: Alternative;
  /** Lines that would become exact. */
  readonly gains: number;
  /** Lines that are exact now and would not be. */
  readonly losses: number;
};

export type LineCount = { readonly lines: number; readonly exact: number };

export type Proof = {
  /** Lines of metered prices. */
  readonly metered: LineCount;
  readonly licensed: LineCount;
  readonly differing: readonly DifferingLine[];
  readonly unratable: readonly Unratable[];
  /** Settings that would make more lines exact than they would lose, the most helpful first. */
  readonly suggestions: readonly Suggestion[];
};

/** Changes of settings that are weighed against all of history. */
const MAX_CANDIDATES = 8;

type Found = { readonly kind: GroupProof['kind']; readonly differing: Differing };

/** Adds up what groups of lines showed. */
export class ProofTally {
  readonly #counts = { metered: { lines: 0, exact: 0 }, licensed: { lines: 0, exact: 0 } };
  readonly #found: Found[] = [];
  readonly #unratable: Unratable[] = [];
  readonly #fixes = new Map<string, { readonly alternative: Alternative; lines: number }>();

  add(proof: GroupProof): void {
    const count = this.#counts[proof.kind];
    count.lines += proof.lines;
    count.exact += proof.exact;
    for (const differing of proof.differing) {
      this.#found.push({ kind: proof.kind, differing });
      for (const alternative of differing.fixes) this.#countFix(alternative, differing.lines);
    }
    for (const unratable of proof.unratable) this.#unratable.push(unratable);
  }

  #countFix(alternative: Alternative, lines: number): void {
    const key = alternativeText(alternative);
    const known = this.#fixes.get(key);
    if (known === undefined) this.#fixes.set(key, { alternative, lines });
    else known.lines += lines;
  }

  /** The changes of settings that explain most; what they would do to the other lines is to be found out. */
  get candidates(): readonly Alternative[] {
    return [...this.#fixes.values()]
      .sort((a, b) => b.lines - a.lines)
      .slice(0, MAX_CANDIDATES)
      .map(({ alternative }) => alternative);
  }

  /**
   * A setting counts as the cause only where history as a whole speaks for it: one that would lose as many lines as it
   * gains is no rule of Stripe's, and the line was edited. Nor are several settings that one line alone speaks for.
   * @param weighed what each candidate would do to all lines
   */
  finish(weighed: readonly Suggestion[]): Proof {
    const suggestions = weighed
      .filter(({ alternative, gains, losses }) => gains > losses && gains >= alternative.length)
      .sort((a, b) => b.gains - b.losses - (a.gains - a.losses) || a.alternative.length - b.alternative.length);
    const rank = new Map(suggestions.map(({ alternative }, index) => [alternativeText(alternative), index]));
    const rankOf = (alternative: Alternative): number => rank.get(alternativeText(alternative)) ?? suggestions.length;
    const differing = this.#found.map(({ kind, differing: { fixes, ...rest } }): DifferingLine => {
      const best = fixes.reduce<Alternative | null>(
        (found, each) => (rankOf(each) < (found === null ? suggestions.length : rankOf(found)) ? each : found),
        null,
      );
      const isEdited = rest.cause === 'rounding' && best === null;
      return { ...rest, kind, cause: isEdited ? 'manual_edit' : rest.cause, setting: best };
    });
    return { ...this.#counts, differing, unratable: this.#unratable, suggestions };
  }
}

/** Differing lines per cause, most first. */
export function countCauses(
  differing: readonly DifferingLine[],
): readonly { readonly cause: ProofCause; readonly lines: number }[] {
  const counts = new Map<ProofCause, number>();
  for (const { cause, lines } of differing) counts.set(cause, (counts.get(cause) ?? 0) + lines);
  return [...counts].map(([cause, lines]) => ({ cause, lines })).sort((a, b) => b.lines - a.lines);
}

/** rated − billed, without its sign. */
export const differenceSize = ({ rated, billed }: Pick<Differing, 'rated' | 'billed'>): bigint =>
  rated > billed ? rated - billed : billed - rated;

/** 0 all exact · 1 some differ · 3 nothing to prove, or lines that cannot be rated (interfaces.md, Exit codes). */
export function proofExit({ metered, licensed, differing, unratable }: Proof): 0 | 1 | 3 {
  if (differing.length > 0) return 1;
  return metered.lines + licensed.lines === 0 || unratable.length > 0 ? 3 : 0;
}
