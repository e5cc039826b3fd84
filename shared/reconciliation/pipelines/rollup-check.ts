import {
  add,
  compare,
  type Decimal,
  decimal,
  equals,
  formatDecimal,
  isZero,
  maximum,
  minimum,
  multiply,
  normalize,
  parseDecimal,
  subtract,
  ZERO,
} from '../../values/decimal.ts';
import { DAY_MS, type Instant, instant } from '../../values/instant.ts';
import { compareBytes } from '../../values/order.ts';
import { contains, monthOf, type Period } from '../../values/period.ts';
import {
  gigabyteSeconds,
  inGigabytes,
  LEGACY_SIZES,
  legacyMeter,
  type MeterValue,
  payloadOf,
  type RollupMeters,
  rolledValues,
  rollupEventId,
} from './rollup.ts';
import {
  type CustomerMode,
  firstOfEachId,
  type ListedEvent,
  type RollupFacts,
  type RollupFault,
  type RollupMode,
  type SampledPiece,
} from './rollup-facts.ts';
import { checkHeld } from './rollup-held.ts';

/** How long Stripe is sure to know an identifier again. */
const IDENTIFIER_MS = DAY_MS;

/**
 * Makes the buckets and their events anew from samples, and holds them against what the pipeline lists and what Stripe
 * holds. A shortfall has one cause, the most telling one; nothing is listed twice.
 * @returns by bucket, customer, meter, kind; in byte order
 * @see metering.md section 3.1, known traps
 */
export function checkRollup(facts: RollupFacts): readonly RollupFault[] {
  const { bucketMs, period } = facts;
  const startOf = (at: Instant): Instant => instant(Math.floor(at / bucketMs) * bucketMs);
  const isAsked = (start: Instant): boolean => contains(period, start) && isDue(start, facts);
  const faults = facts.events === null ? [] : [...checkBuckets(facts, { startOf, isAsked })];
  const isKnown = ({ bucketStart }: ListedEvent): boolean => isAsked(startOf(bucketStart));
  const settled = facts.events === null ? faults : checkHeld(facts, faults, isKnown);
  return settled.sort(
    (a, b) =>
      a.bucket.from - b.bucket.from ||
      compareBytes(a.customer, b.customer) ||
      compareBytes(a.meter, b.meter) ||
      compareBytes(a.kind, b.kind),
  );
}

/** Customer by customer: few keys at a time, where a large pipeline has millions. */
function* checkBuckets(
  facts: RollupFacts,
  { startOf, isAsked }: { readonly startOf: (at: Instant) => Instant; readonly isAsked: (start: Instant) => boolean },
): Iterable<RollupFault> {
  const samples = Map.groupBy(facts.samples, ({ customer }) => customer);
  const events = Map.groupBy(facts.events ?? [], ({ customer }) => customer);
  for (const customer of new Set([...samples.keys(), ...events.keys()])) {
    const pieces = Map.groupBy(samples.get(customer) ?? [], ({ from }) => startOf(from));
    const listed = Map.groupBy(events.get(customer) ?? [], ({ bucketStart }) => startOf(bucketStart));
    for (const start of new Set([...pieces.keys(), ...listed.keys()])) {
      if (!isAsked(start)) continue;
      yield* checkBucket(facts, {
        customer,
        bucket: { from: start, to: instant(start + facts.bucketMs) },
        pieces: pieces.get(start) ?? [],
        listed: listed.get(start) ?? [],
      });
    }
  }
}

const isDue = (start: Instant, facts: RollupFacts): boolean =>
  start + facts.bucketMs <= Math.floor(readAt(start, facts) / 1000) * 1000 - facts.graceMs;

const readAt = (start: Instant, facts: RollupFacts): Instant => facts.readAt?.(start) ?? facts.now;

type Bucket = {
  readonly customer: string;
  readonly bucket: Period;
  readonly pieces: readonly SampledPiece[];
  readonly listed: readonly ListedEvent[];
};

function* checkBucket(facts: RollupFacts, own: Bucket): Iterable<RollupFault> {
  const { billFrom, isShadow } = facts;
  const { bucket, listed } = own;
  if (billFrom !== null && bucket.from < billFrom) {
    if (bucket.to > billFrom) yield* cutBucket(facts, own, billFrom);
    for (const event of listed.filter(({ state }) => state !== 'shadow')) {
      yield faultOf(own, event, {
        kind: 'not_measured',
        effect: 'twice',
        quantity: event.value,
        reason: 'before_the_cutover',
      });
    }
    return;
  }
  const isBilling = billFrom !== null || !isShadow;
  for (const fault of valueFaults(facts, own)) {
    yield isBilling || fault.effect === 'moved' ? fault : { ...fault, effect: 'at_risk' };
  }
  for (const event of firstOfEachId(listed)) yield* stateFaults(facts, own, event);
}

/** T within a bucket: what follows T in it is consumed with what comes before, and billed by nobody. */
function* cutBucket(facts: RollupFacts, own: Bucket, billFrom: Instant): Iterable<RollupFault> {
  const after = own.pieces.filter(({ from }) => from >= billFrom);
  const mode = modeAt(facts, own);
  if (mode === null || !mode.isBilledByStripe) return;
  for (const { meter, value } of rolledValues(mode.mode, after, facts.meters)) {
    yield {
      ...faultOf(own, null, { kind: 'unaligned_cutover', effect: 'lost', quantity: value, reason: 'cut_bucket' }),
      bucket: { from: billFrom, to: own.bucket.to },
      meter,
      recomputed: value,
    };
  }
}

/** Where nobody knows since when a customer is billed so, the first event of a bucket shows how it was billed then. */
function modeAt(facts: RollupFacts, own: Bucket): Omit<CustomerMode, 'since'> | null {
  const { modes, mode, meters } = facts;
  const at = own.bucket.from;
  const found = modes?.get(own.customer)?.findLast(({ since }, index) => index === 0 || since <= at);
  if (modes !== null && found === undefined) return null;
  const told = found ?? { mode, isBilledByStripe: true, since: EPOCH };
  if (told.since !== EPOCH) return told;
  const first = own.listed[0];
  const shown = first === undefined ? null : modeOfMeter(first.meter, meters);
  return { mode: shown ?? told.mode, isBilledByStripe: told.isBilledByStripe };
}

const EPOCH = instant(0);

function* valueFaults(facts: RollupFacts, own: Bucket): Iterable<RollupFault> {
  const { pieces, listed } = own;
  const { meters } = facts;
  const found = modeAt(facts, own);
  const known: RollupMode = found?.mode ?? facts.mode;
  const expected = rolledValues(known, pieces, meters);
  if (found === null) {
    for (const { meter, value } of expected) {
      const how = { kind: 'not_made', effect: 'lost', quantity: value, reason: 'unknown_customer' } as const;
      yield { ...faultOf(own, null, how), meter, recomputed: value };
    }
  }
  const due: readonly MeterValue[] = found?.isBilledByStripe === true ? expected : [];
  if (found?.isBilledByStripe === true && known === 'legacy') yield* unknownSizes(facts, own);
  const isOther = ({ meter }: ListedEvent): boolean => modeOfMeter(meter, meters) === otherMode(known);
  const others = firstOfEachId(listed.filter(isOther));
  const live = firstOfEachId(listed);
  const isMoved = others.length > 0 && compare(gigabytesOf(live, meters), measuredGigabytes(known, pieces)) <= 0;
  for (const event of others) {
    yield faultOf(own, event, {
      kind: 'mode_change',
      effect: isMoved ? 'moved' : 'twice',
      quantity: event.value,
      reason: 'other_mode',
    });
  }
  for (const { meter, value } of due) {
    const rows = listed.filter((event) => event.meter === meter);
    // What another meter got is missing here: it was moved, and not lost.
    if (isMoved || (rows.length === 0 && others.length > 0)) continue;
    yield* meterFaults(own, { meter, value, rows }, meters);
  }
  for (const event of live) {
    if (isOther(event) || due.some(({ meter }) => meter === event.meter)) continue;
    yield faultOf(own, event, {
      kind: 'not_measured',
      effect: 'twice',
      quantity: event.value,
      reason: 'no_samples',
    });
  }
}

const otherMode = (mode: RollupMode): RollupMode => (mode === 'unified' ? 'legacy' : 'unified');

/** Null: a meter of neither mode. */
function modeOfMeter(meter: string, meters: RollupMeters): RollupMode | null {
  if (meter === meters.unified) return 'unified';
  return LEGACY_SIZES.some((size) => legacyMeter(size, meters) === meter) ? 'legacy' : null;
}

/** Events of either mode in GB-seconds, so that they can be added up. */
const gigabytesOf = (events: readonly ListedEvent[], meters: RollupMeters): Decimal =>
  events.reduce((total, { meter, value }) => {
    const size = LEGACY_SIZES.find((each) => legacyMeter(each, meters) === meter);
    if (size === undefined) return meter === meters.unified ? add(total, value) : total;
    return add(total, multiply(value, decimal(BigInt(size))));
  }, ZERO);

/** What the samples come to; sums of six decimals may lie a little above it. */
const measuredGigabytes = (mode: RollupMode, pieces: readonly SampledPiece[]): Decimal =>
  add(
    gigabyteSeconds(mode === 'unified' ? pieces : pieces.filter(({ memoryMb }) => isKnownSize(memoryMb))),
    PAYLOAD_SLACK,
  );

const PAYLOAD_SLACK = parseDecimal('0.0001');

const isKnownSize = (memoryMb: Decimal): boolean =>
  LEGACY_SIZES.some((size) => equals(memoryMb, decimal(BigInt(size * 1024))));

/** Sizes without a meter are skipped with a warning, and their samples are used up. */
function* unknownSizes({ meters }: RollupFacts, own: Bucket): Iterable<RollupFault> {
  const bySize = Map.groupBy(
    own.pieces.filter(({ memoryMb }) => !isKnownSize(memoryMb)),
    ({ memoryMb }) => formatDecimal(inGigabytes(memoryMb)),
  );
  for (const [size, pieces] of bySize) {
    const quantity = pieces.reduce((total, { seconds }) => add(total, seconds), ZERO);
    if (isZero(quantity)) continue;
    const how = { kind: 'not_made', effect: 'lost', quantity, reason: 'unknown_size' } as const;
    yield { ...faultOf(own, null, how), meter: legacyMeter(size, meters), recomputed: quantity };
  }
}

/** One meter of a bucket: what its samples come to against the rows that are listed. */
function* meterFaults(
  own: Bucket,
  { meter, value, rows }: MeterValue & { readonly rows: readonly ListedEvent[] },
  meters: RollupMeters,
): Iterable<RollupFault> {
  const id = rollupEventId(own.customer, own.bucket.from, meter);
  const first = rows.find((row) => row.id === id) ?? rows[0];
  if (first === undefined) {
    // A value that six decimals cannot hold is an event of 0, which some pipelines leave out.
    if (isZero(payloadOf(value))) return;
    const how = { kind: 'not_made', effect: 'lost', quantity: value, reason: 'no_event' } as const;
    yield { ...faultOf(own, null, how), meter, eventId: id, eventAt: own.bucket.to, recomputed: value };
    return;
  }
  const recomputed = { recomputed: value };
  if (first.id !== id) {
    const how = { kind: 'id_conflict', effect: 'at_risk', quantity: first.value, reason: 'foreign_id' } as const;
    yield { ...faultOf(own, first, how), ...recomputed };
  }
  const counted = yield* furtherIds(own, { first, value, rows });
  const rivals = rows.filter((row) => row !== first && row.id === first.id && !equals(row.value, first.value));
  const gap = equals(payloadOf(value), counted) ? ZERO : subtract(value, counted);
  const late = own.pieces.reduce<Decimal | null>(
    (total, { lateSeconds }) => (total === null || lateSeconds === null ? null : add(total, lateSeconds)),
    ZERO,
  );
  const lateValue = late === null ? null : lateOf(own, meter, meters);
  if (rivals.length > 0 && (lateValue === null || isZero(lateValue))) {
    const [rival] = rivals;
    const quantity = isZero(gap) ? (rival ?? first).value : magnitude(gap);
    const effect = isZero(gap) ? 'at_risk' : gap.coefficient > 0n ? 'lost' : 'twice';
    yield { ...faultOf(own, first, { kind: 'id_conflict', effect, quantity, reason: 'two_values' }), ...recomputed };
    return;
  }
  if (isZero(gap)) return;
  if (gap.coefficient < 0n) {
    const how = {
      kind: 'not_measured',
      effect: 'twice',
      quantity: magnitude(gap),
      reason: 'more_than_samples',
    } as const;
    yield { ...faultOf(own, first, how), ...recomputed };
    return;
  }
  const straggled = lateValue === null ? gap : minimum(gap, lateValue);
  const rest = subtract(gap, straggled);
  if (!isZero(straggled)) {
    const reason = lateValue === null ? 'late_unknown' : 'late_samples';
    const how = { kind: 'straggler', effect: 'lost', quantity: straggled, reason } as const;
    yield { ...faultOf(own, first, how), ...recomputed };
  }
  // Six decimals of what was sent leave a little over.
  if (compare(rest, HALF_PAYLOAD) > 0) {
    const how = { kind: 'not_made', effect: 'lost', quantity: rest, reason: 'less_than_samples' } as const;
    yield { ...faultOf(own, first, how), ...recomputed };
  }
}

/**
 * Events of the same bucket and meter under ids of their own: Stripe takes each of them. What goes beyond the samples is
 * counted twice.
 * @returns what all of them come to without it
 */
function* furtherIds(
  own: Bucket,
  of: { readonly first: ListedEvent; readonly value: Decimal; readonly rows: readonly ListedEvent[] },
): Generator<RollupFault, Decimal> {
  const { first, value } = of;
  const further = firstOfEachId(of.rows).filter(({ id, state }) => id !== first.id && state !== 'shadow');
  let counted = further.reduce((total, row) => add(total, row.value), first.value);
  for (const row of further) {
    const excess = minimum(row.value, maximum(ZERO, subtract(counted, payloadOf(value))));
    counted = subtract(counted, excess);
    const isTwice = !isZero(excess) && row.state === 'sent';
    const how = {
      kind: 'id_conflict',
      effect: isTwice ? 'twice' : 'at_risk',
      quantity: isZero(excess) ? row.value : excess,
      reason: 'foreign_id',
    } as const;
    yield { ...faultOf(own, row, how), recomputed: value };
  }
  return counted;
}

const HALF_PAYLOAD = parseDecimal('0.0000005');

/** What the late samples of a bucket come to on one meter. */
function lateOf({ pieces }: Bucket, meter: string, meters: RollupMeters): Decimal {
  const late = pieces.flatMap(({ memoryMb, lateSeconds }) =>
    lateSeconds === null ? [] : [{ memoryMb, seconds: lateSeconds }],
  );
  const values = rolledValues(modeOfMeter(meter, meters) ?? 'unified', late, meters);
  return values.find((one) => one.meter === meter)?.value ?? ZERO;
}

/** What an event's own state and stamps say, whatever its value. */
function* stateFaults(facts: RollupFacts, own: Bucket, event: ListedEvent): Iterable<RollupFault> {
  const { billFrom } = facts;
  const now = readAt(own.bucket.from, facts);
  const quantity = event.value;
  if (event.state === 'shadow') {
    if (billFrom === null) return;
    yield faultOf(own, event, {
      kind: 'shadow_remainder',
      effect: 'lost',
      quantity,
      reason: 'left_in_shadow',
    });
    return;
  }
  if (monthOf(event.eventAt) !== monthOf(own.bucket.from)) {
    yield faultOf(own, event, { kind: 'next_month', effect: 'moved', quantity, reason: 'stamped_in_next_month' });
  }
  const end = event.state === 'sent' ? event.sentAt : now;
  const isOld = event.attemptedAt !== null && end !== null && end - event.attemptedAt > IDENTIFIER_MS;
  if (isOld) {
    const reason = event.state === 'sent' ? 'sent_again' : 'still_pending';
    yield faultOf(own, event, { kind: 'retry_after_24h', effect: 'at_risk', quantity, reason });
  } else if (event.state === 'pending' && now - own.bucket.to - facts.graceMs > PENDING_MS) {
    yield faultOf(own, event, { kind: 'not_held', effect: 'at_risk', quantity, reason: 'never_sent' });
  }
}

/** An event that waits longer than this does not merely wait for its turn. */
const PENDING_MS = 3_600_000;

const magnitude = (value: Decimal): Decimal => maximum(value, { coefficient: -value.coefficient, scale: value.scale });

function faultOf(
  { customer, bucket }: Bucket,
  event: ListedEvent | null,
  how: Pick<RollupFault, 'kind' | 'effect' | 'quantity' | 'reason'>,
): RollupFault {
  return {
    kind: how.kind,
    effect: how.effect,
    customer,
    meter: event?.meter ?? '',
    eventId: event?.id ?? null,
    bucket,
    eventAt: event?.eventAt ?? null,
    recomputed: null,
    sent: event === null ? null : event.value,
    held: null,
    quantity: normalize(how.quantity),
    reason: how.reason,
  };
}
