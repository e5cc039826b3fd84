/** What one run of one side gave. `check` stands for its whole result: sides are compared by it before any time counts. */
export type Sample = {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly check: string;
  readonly figures: Readonly<Record<string, number>>;
};

export type Settings = {
  /** Cells of the large month; other sizes follow from it. */
  readonly cells: number;
  /** Raw rows of the month that a scan reads. */
  readonly rows: number;
  readonly rounds: number;
  /** A temporary folder, removed at the end. */
  readonly folder: string;
  /** Whether a bar is wanted, where measuring it costs a pass of its own. */
  readonly wants: (bar: string) => boolean;
  readonly say: (line: string) => void;
};

/** A line of the table. Medians are words with their unit, for context; only the ratio is judged. */
export type Row = {
  readonly bar: string;
  readonly what: string;
  readonly reference: string;
  readonly ours: string;
  readonly theirs: string;
  readonly ratio: string;
  readonly limit: string;
  readonly isOver: boolean;
};

/** Bars that are measured in the same runs. `measure` throws where results differ. */
export type Group = {
  readonly bars: readonly string[];
  /** Why it cannot run on this machine; null where it can. */
  readonly obstacle: () => string | null;
  readonly measure: (settings: Settings) => Promise<readonly Row[]>;
};

/** Two sides that found different things: a fast wrong answer has no time. */
export class UnequalResults extends Error {}

type Sides<Name extends string> = Readonly<Record<Name, (round: number) => Promise<Sample>>>;

/**
 * Runs the sides in turn, the order reversed every round, so that a slow minute of the machine hits all of them.
 * @throws UnequalResults where a check differs between sides or rounds
 */
export async function alternate<Name extends string>(
  rounds: number,
  sides: Sides<Name>,
): Promise<Readonly<Record<Name, readonly Sample[]>>> {
  const names = Object.keys(sides) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  let expected: { readonly name: Name; readonly check: string } | null = null;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const sample = await sides[name](round);
      expected ??= { name, check: sample.check };
      if (sample.check !== expected.check) {
        throw new UnequalResults(`${name} found ${sample.check}\n  but ${expected.name} found ${expected.check}`);
      }
      samples[name].push(sample);
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const millis = (value: number): string => (value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`);
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
export const nanos = (value: number): string => `${Math.round(value)} ns`;

type Compared = {
  readonly bar: string;
  readonly what: string;
  readonly reference: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly unit: (value: number) => string;
};

/** Ours ÷ reference, which must not pass `limit`; where `ceiling` is given, our median must not pass it either. */
export function atMost(limit: number, row: Compared, ceiling: number | null = null): Row {
  const [ours, theirs] = [median(row.ours), median(row.theirs)];
  const ratio = ours / theirs;
  return {
    ...common(row, ours, theirs),
    ratio: `${ratio.toFixed(2)}×`,
    limit: `≤ ${limit}×${ceiling === null ? '' : `, ≤ ${row.unit(ceiling)}`}`,
    isOver: !(ratio <= limit) || (ceiling !== null && !(ours <= ceiling)),
  };
}

/** Reference ÷ ours: how many times faster we must be at least. */
export function timesFaster(limit: number, row: Compared): Row {
  const [ours, theirs] = [median(row.ours), median(row.theirs)];
  const ratio = theirs / ours;
  return {
    ...common(row, ours, theirs),
    ratio: `${ratio.toFixed(1)}× faster`,
    limit: `≥ ${limit}×`,
    isOver: !(ratio >= limit),
  };
}

/** A bar without a reference. */
export function within(ceiling: number, row: Omit<Compared, 'theirs' | 'reference'>): Row {
  const ours = median(row.ours);
  return {
    bar: row.bar,
    what: row.what,
    reference: '–',
    ours: row.unit(ours),
    theirs: '–',
    ratio: '–',
    limit: `≤ ${row.unit(ceiling)}`,
    isOver: !(ours <= ceiling),
  };
}

const common = (row: Compared, ours: number, theirs: number) => ({
  bar: row.bar,
  what: row.what,
  reference: row.reference,
  ours: row.unit(ours),
  theirs: row.unit(theirs),
});

export const times = (samples: readonly Sample[]): readonly number[] => samples.map(({ ms }) => ms);
export const peaks = (samples: readonly Sample[]): readonly number[] => samples.map(({ peakBytes }) => peakBytes);
