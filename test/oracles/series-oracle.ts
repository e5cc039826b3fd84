/** Something that a pull told of series, in the order in which it was told. */
export type SeriesFact =
  | {
      readonly kind: 'reported';
      readonly org: string;
      readonly project: string;
      readonly testbed: string;
      readonly benchmark: string;
      readonly at: number;
      readonly isPrivate: boolean;
    }
  | { readonly kind: 'deleted'; readonly what: 'project' | 'testbed' | 'benchmark'; readonly id: string };

type Window = {
  readonly org: string;
  readonly from: number;
  readonly to: number;
  readonly isEndIncluded: boolean;
  readonly isPrivateOnly: boolean;
};

/**
 * Active series by the words of metering.md section 6, from the whole history every time: of each series everything that
 * was reported since it was last deleted, the newest of it, and whether that lies in the window.
 */
export function recountSeries(facts: readonly SeriesFact[], window: Window): number {
  const names = new Set(facts.flatMap((fact) => (fact.kind === 'reported' ? [nameOf(fact)] : [])));
  let count = 0;
  for (const name of names) {
    let born = -1;
    let newest: number | null = null;
    for (const [index, fact] of facts.entries()) {
      if (fact.kind === 'deleted' && touches(name, fact)) born = index;
    }
    for (const [index, fact] of facts.entries()) {
      if (fact.kind !== 'reported' || index <= born || nameOf(fact) !== name) continue;
      if (fact.org !== window.org || (window.isPrivateOnly && !fact.isPrivate)) continue;
      if (newest === null || fact.at > newest) newest = fact.at;
    }
    if (newest === null || newest < window.from) continue;
    if (newest < window.to || (window.isEndIncluded && newest === window.to)) count += 1;
  }
  return count;
}

type Reported = Extract<SeriesFact, { kind: 'reported' }>;

const nameOf = ({ project, testbed, benchmark }: Reported): string => [project, testbed, benchmark].join('/');

function touches(name: string, { what, id }: Extract<SeriesFact, { kind: 'deleted' }>): boolean {
  const [project, testbed, benchmark] = name.split('/');
  return { project, testbed, benchmark }[what] === id;
}

/** A whole pull of a month: when, and how many facts were known after it. */
export type ToldPull = { readonly month: string; readonly at: number; readonly known: number };

/**
 * How much was known when the count of a month was kept: by its newest pull that no pull of a later month came before,
 * and of those after the end by the first. Null: by none.
 */
export function snapshotKnowledge(pulls: readonly ToldPull[], month: string, endsAt: number): ToldPull | null {
  const spoiled = pulls.findIndex((pull) => pull.month > month);
  const clean = pulls.slice(0, spoiled === -1 ? pulls.length : spoiled).filter((pull) => pull.month === month);
  return clean.find((pull) => pull.at >= endsAt) ?? clean.at(-1) ?? null;
}
