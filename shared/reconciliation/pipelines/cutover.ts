import { formatDuration, formatInstant, HOUR_MS, type Instant, instant, toUnixSeconds } from '../../values/instant.ts';

/** What must hold before a cutover, in the order in which it is looked at (metering.md section 3.3). */
export const CUTOVER_CHECKS = ['boundary', 'soak', 'prices', 'catalog', 'drained', 'webhook'] as const;
export type CutoverCheck = (typeof CUTOVER_CHECKS)[number];

export type CheckedBefore = {
  readonly check: CutoverCheck;
  /** Null: it cannot be told. */
  readonly held: boolean | null;
  readonly detail: string;
  readonly remedy: string | null;
  /** What stands against it; all of them. */
  readonly against: readonly string[];
};

export type CutoverTerms = {
  /** The pipeline that bills from T on, and the one that bills until then. */
  readonly to: string;
  readonly from: string;
  readonly at: Instant;
  readonly bucketMs: number;
  readonly graceMs: number;
  readonly fromBucketMs: number;
  /** How long the old pipeline may take over what is below T. */
  readonly settleMs: number;
};

export type CutoverSetting = { readonly name: string; readonly value: string; readonly where: string };

export type CutoverStep = {
  readonly title: string;
  readonly detail: string;
  readonly settings: readonly CutoverSetting[];
  /** Null: as soon as the one before is done. */
  readonly notBefore: Instant | null;
};

/** The boundaries of both pipelines on either side of T; alike where T is one. */
export function boundariesOf({ at, bucketMs, fromBucketMs }: CutoverTerms): {
  readonly before: Instant;
  readonly after: Instant;
} {
  const size = leastCommonMultiple(bucketMs, fromBucketMs);
  return { before: instant(Math.floor(at / size) * size), after: instant(Math.ceil(at / size) * size) };
}

const leastCommonMultiple = (a: number, b: number): number => (a / divisor(a, b)) * b;
const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Whether T is a boundary: a bucket goes one way as a whole. */
export function checkBoundary(terms: CutoverTerms): CheckedBefore {
  const { before, after } = boundariesOf(terms);
  const held = before === after;
  const buckets =
    terms.bucketMs === terms.fromBucketMs
      ? formatDuration(terms.bucketMs)
      : `${formatDuration(terms.bucketMs)} and ${formatDuration(terms.fromBucketMs)}`;
  return {
    check: 'boundary',
    held,
    detail: held
      ? `T begins a bucket of both pipelines (${buckets}).`
      : `T lies within a bucket (${buckets}): what follows it there would be billed by nobody.`,
    remedy: held ? null : `Take ${formatInstant(before)} or ${formatInstant(after)}.`,
    against: [],
  };
}

/** When the old pipeline can have billed everything below T. */
export const drainedFrom = ({ at, settleMs, fromBucketMs }: CutoverTerms): Instant =>
  instant(at + settleMs + (fromBucketMs > HOUR_MS ? fromBucketMs - HOUR_MS : 0));

/** When the first bucket after T is rolled: until then the settings must be in force. */
export const firstRollOf = ({ at, bucketMs, graceMs }: CutoverTerms): Instant => instant(at + bucketMs + graceMs);

/** When the seam can be looked at: an hour on either side of T, and the bucket that holds it, rolled. */
export const seamFrom = ({ at, bucketMs, graceMs }: CutoverTerms): Instant =>
  instant(Math.ceil((at + HOUR_MS) / bucketMs) * bucketMs + graceMs);

/** The settings, in the order in which they are to be made. */
export function cutoverSteps(terms: CutoverTerms): readonly CutoverStep[] {
  const { to, from, at } = terms;
  return [
    {
      title: `Let ${from} settle`,
      detail: `${from} bills everything below T and nothing of it is left: no event pending, no bucket unbilled.`,
      settings: [],
      notBefore: drainedFrom(terms),
    },
    {
      title: `${to} bills from T`,
      detail: `Both in one deployment, and before ${formatInstant(firstRollOf(terms))}: a bucket that is rolled in shadow is never sent.`,
      settings: [
        { name: 'BILL_FROM', value: String(toUnixSeconds(at)), where: to },
        { name: 'SHADOW', value: 'false', where: to },
      ],
      notBefore: null,
    },
    {
      title: 'Move the authority over billing',
      detail: `${from} stops billing; ${to} answers for everything at or after T.`,
      settings: [{ name: 'PRO_BILLING_AUTHORITY', value: to, where: from }],
      notBefore: null,
    },
    {
      title: 'Check the seam',
      detail: 'Pull the month, and run tieout cutover once more: no gap, no overlap.',
      settings: [],
      notBefore: seamFrom(terms),
    },
  ];
}

/** The way back: the same, reversed. */
export function cutoverRollback({ to, from }: CutoverTerms): readonly Omit<CutoverStep, 'notBefore'>[] {
  return [
    {
      title: `Give the authority back to ${from}`,
      detail: `${from} bills again from the first bucket that ${to} has not rolled: note that instant, it is the new T.`,
      settings: [{ name: 'PRO_BILLING_AUTHORITY', value: from, where: from }],
    },
    {
      title: `${to} goes back into shadow`,
      detail: 'It goes on rolling, and sends nothing.',
      settings: [
        { name: 'SHADOW', value: 'true', where: to },
        { name: 'BILL_FROM', value: '0', where: to },
      ],
    },
    {
      title: 'Check the seam of the way back',
      detail: 'Run tieout cutover for both instants: what was billed twice is credited by hand.',
      settings: [],
    },
  ];
}

export const cannotBeUndone = ({ to }: CutoverTerms): readonly string[] => [
  'Events that were sent cannot be recalled: Stripe cancels one within 24 hours of its receipt, one at a time, and then not at all.',
  'What was billed twice and is on an invoice needs a credit note or a credit grant, made by hand.',
  `Samples that ${to} has consumed are not rolled again, and buckets that it rolled in shadow are never sent.`,
  'An event sent again after 24 hours may count a second time: Stripe does not know its identifier any more.',
];

/** Whether the cutover may be made, by its checks. */
export const isReady = (before: readonly CheckedBefore[]): boolean => before.every(({ held }) => held === true);
