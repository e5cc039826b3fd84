import { TieoutError } from '../../../shared/errors.ts';
import { type AdjustmentLine, adjustmentsOf } from '../../../shared/rating/late/adjustments.ts';
import type { DetailedLine } from '../../../shared/rating/late/line.ts';
import { subtract } from '../../../shared/values/decimal.ts';
import type { Period } from '../../../shared/values/period.ts';
import { insertDecision, type LateChoice } from '../../cache/late-decision-store.ts';
import { insertRun, type LateEngine, type NewRun } from '../../cache/rating-run-store.ts';
import { runDigest } from '../../cache/run-digest.ts';
import type { LateCharge } from './late-charge.ts';
import { type LateEntry, type LateMonth, type LateRequest, lateMonth } from './late-month.ts';

export type LateChoiceRequest = {
  readonly customer: string;
  readonly meter: string;
  /** Of the correction as the person saw it; null: whatever it is now. */
  readonly digest: string | null;
  readonly decision: LateChoice;
  /** Whose lines were invoiced. */
  readonly engine: LateEngine;
  readonly note: string;
  readonly author: string;
};

/**
 * Decides about a correction. `invoiced` books its lines, so that they are never booked again; what arrives later
 * corrects them. Everything is added in one transaction; nothing that is on record changes.
 * @throws TieoutError `late.not_found`; `late.changed` where other usage arrived since; `late.final` where there is
 *   nothing to decide; `late.author_missing`, `late.note_missing`
 */
export function decideLate(
  request: Omit<LateRequest, 'customers'>,
  choice: LateChoiceRequest,
  toolVersion: string,
): LateEntry {
  requireWords(choice);
  const { db } = request;
  const find = (): LateEntry => findEntry(lateMonth({ ...request, customers: new Set([choice.customer]) }), choice);
  return db
    .transaction(() => {
      const entry = find();
      requireOpen(entry, choice);
      const { customerId, meterKey, digest } = entry;
      const { decision, note, author } = choice;
      if (decision === 'invoiced') bookEntry(request, entry, { engine: choice.engine, toolVersion });
      insertDecision(db, request.month, { customerId, meterKey, digest, decision, note, author, at: request.now });
      return find();
    })
    .immediate();
}

function requireWords({ decision, note, author }: LateChoiceRequest): void {
  if (author.trim() === '') {
    throw new TieoutError('late.author_missing', {
      message: 'A decision about late usage has to say who made it.',
      path: '--author',
      remedy: 'Add --author NAME.',
    });
  }
  if (decision === 'waive' && note.trim() === '') {
    throw new TieoutError('late.note_missing', {
      message: 'A correction is only let go with a reason.',
      path: '--note',
      remedy: 'Add `--note TEXT`.',
    });
  }
}

export function findEntry(
  month: LateMonth,
  { customer, meter }: { readonly customer: string; readonly meter: string },
): LateEntry {
  const entry = month.entries.find((each) => each.customerId === customer && each.meter === meter);
  if (entry !== undefined) return entry;
  throw new TieoutError('late.not_found', {
    message: `There is no late usage of ${meter} by ${customer} in ${month.month}.`,
    path: `${customer}:${meter}`,
    remedy: `See \`tieout late DIR --month ${month.month}\` for what there is.`,
  });
}

function requireOpen(entry: LateEntry, { customer, meter, digest }: LateChoiceRequest): void {
  const path = `${customer}:${meter}`;
  if (digest !== null && digest !== entry.digest) {
    throw new TieoutError('late.changed', {
      message: 'Other usage arrived, or it was decided otherwise, since the correction was shown.',
      path,
      remedy: 'Look at the correction again and decide about it as it is now.',
    });
  }
  if (entry.problem !== null) {
    throw new TieoutError('late.final', {
      message: `There is no correction to decide about: ${entry.problem.message}`,
      path,
      remedy: entry.problem.remedy ?? null,
    });
  }
  if (entry.hasLines) return;
  throw new TieoutError('late.final', {
    message: entry.state === 'invoiced' ? 'Everything is booked already.' : 'The late usage costs nothing.',
    path,
    remedy: 'There is nothing to decide until more usage arrives.',
  });
}

/** A correction run for each charge that has lines. */
function bookEntry(
  { db, now }: Pick<LateRequest, 'db' | 'now'>,
  entry: LateEntry,
  of: { readonly engine: LateEngine; readonly toolVersion: string },
): void {
  for (const charge of entry.charges) {
    const result = engineResult(charge, of.engine);
    const [first] = result;
    if (first === undefined) continue;
    const { billed, others, measuredNow } = charge;
    const booked = [billed, ...others].map(({ quantity }) => quantity);
    const run: Omit<NewRun, 'inputDigest'> = {
      kind: 'correction',
      month: billed.month,
      customerId: billed.customerId,
      subscriptionId: billed.subscriptionId,
      itemId: billed.itemId,
      meterKey: billed.meterKey,
      price: billed.price,
      currency: billed.currency,
      servicePeriod: billed.servicePeriod,
      quantity: booked.reduce(
        (rest, each) => (rest === null || each === null ? null : subtract(rest, each)),
        measuredNow,
      ),
      measured: measuredNow,
      usageFingerprint: billed.usageFingerprint,
      usagePull: billed.usagePull,
      lines: bookLines(result, billed.servicePeriod, `late_${entry.digest.slice(0, ID_LENGTH)}_${billed.run}`),
      booked: { engine: of.engine, on: first.servicePeriod },
      invoiceId: null,
      toolVersion: of.toolVersion,
      createdAt: now,
    };
    insertRun(db, { ...run, inputDigest: runDigest(run, []) }, []);
  }
}

const ID_LENGTH = 16;

export const engineResult = ({ corrections }: LateCharge, engine: LateEngine): readonly DetailedLine[] =>
  (engine === 'delta' ? corrections?.delta.lines : corrections?.periodPreserving.lines) ?? [];

/** The same as an invoice can carry it, charge by charge: items of one meter have prices and runs of their own. */
export const adjustmentsOfEntry = ({ charges }: LateEntry, engine: LateEngine): readonly AdjustmentLine[] =>
  charges.flatMap((charge) => adjustmentsOf(engineResult(charge, engine)));

/** On the period that was charged, whichever the engine: a later run subtracts them there. */
const bookLines = (lines: readonly DetailedLine[], servicePeriod: Period, id: string): readonly DetailedLine[] =>
  lines.map((line, index) => ({ ...line, id: `${id}_${index + 1}`, servicePeriod }));
