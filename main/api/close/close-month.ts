import {
  GATES,
  type Gate,
  type GateName,
  type Tally,
  worstDecision,
} from '../../../shared/reconciliation/close/gate.ts';
import {
  dataQuality,
  engineProof,
  incompleteCells,
  invoicesAligned,
  lateUsage,
  pullComplete,
  pullRecent,
  structuralDrift,
  unconfiguredMeters,
} from '../../../shared/reconciliation/close/gates.ts';
import { validSignOffs } from '../../../shared/reconciliation/close/sign-off.ts';
import type { QualitySettings } from '../../../shared/reconciliation/quality/settings.ts';
import type { ProofReport } from '../../../shared/reports/proof.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { type MonthKey, requireBegun } from '../../../shared/values/period.ts';
import { type CloseLock, readLocks } from '../../cache/close-store.ts';
import { readCustomerNames } from '../../cache/customer-store.ts';
import { type Note, readNotes } from '../../cache/note-store.ts';
import type { Db } from '../../cache/open.ts';
import { pullsInForceKey, readCatalogPull, readPullsInForce } from '../../cache/pull-store.ts';
import { readSignOffs, type StoredSignOff } from '../../cache/sign-off-store.ts';
import type { MonthFrame } from '../cells/frame.ts';
import { completenessOf } from '../late/completeness.ts';
import { lateMonth } from '../late/late-month.ts';
import { prove } from '../proof/prove.ts';
import { monthQuality } from '../quality/month-quality.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';
import { type Figures, figuresOf } from './figures.ts';
import {
  type CloseItem,
  cellItems,
  invoiceItems,
  isOfCells,
  judgeInvoices,
  lateItems,
  proofItems,
  qualityItems,
  unconfiguredItems,
} from './items.ts';

export type CloseSettings = { readonly samePerson: boolean; readonly maxAgeMs: number | null };

export type CloseRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly distinctMeters: ReadonlySet<string>;
  readonly quality: QualitySettings;
  readonly close: CloseSettings;
  readonly month: MonthKey;
  readonly now: Instant;
};

export type ProofCounts = { readonly lines: number; readonly exact: number; readonly isOfMonth: boolean };

/** A month on its way to be locked: what was computed, what people wrote, and what is left. */
export type CloseMonth = {
  readonly month: MonthKey;
  readonly figures: Figures;
  readonly gates: readonly Gate[];
  /** The worst of the gates. */
  readonly decision: Gate['decision'];
  /** What gates look at one by one, explained or not. */
  readonly items: readonly CloseItem[];
  /** Digests that a note explains. */
  readonly explained: ReadonlySet<string>;
  /** Oldest first. */
  readonly notes: readonly Note[];
  readonly signOffs: readonly StoredSignOff[];
  readonly valid: { readonly preparer: StoredSignOff | null; readonly reviewer: StoredSignOff | null };
  /** The lock that the next one will be, from 1. */
  readonly version: number;
  readonly locks: readonly CloseLock[];
  /** Null where the month is open. */
  readonly lock: CloseLock | null;
  readonly proof: ProofCounts;
};

/**
 * Everything that a close looks at, from the cache.
 * @param frame the month's cells, as they are now
 * @throws TieoutError `period.in_future`
 */
export function closeMonth(
  request: CloseRequest,
  frame: MonthFrame,
  evidence = closeEvidence(request, frame),
): CloseMonth {
  const { db, month, now } = request;
  requireBegun(month, now);
  const notes = readNotes(db, month);
  const explained = new Set(notes.flatMap(({ explains, covers }) => (explains ? covers : [])));
  const names = readCustomerNames(db);
  const nameOf = (customer: string): string | null => names.names[names.ids.indexOf(customer)] ?? null;
  const stuck = stuckCells(evidence.items, explained);
  const judged = judgeInvoices(db, {
    month,
    now,
    stuckCells: (customer) => stuck.get(customer) ?? 0,
  });
  const late = lateMonth(request);
  const items = [...evidence.items, ...invoiceItems(judged, nameOf), ...lateItems(late)];
  const tallyOf = (gate: GateName): Tally => {
    const own = items.filter((item) => item.gate === gate);
    return { all: own.length, explained: own.filter(({ digest }) => explained.has(digest)).length };
  };
  const { summary } = frame;
  const isOpen = (item: CloseItem): boolean => !explained.has(item.digest);
  const billed = items.filter(({ gate }) => gate === 'invoices_aligned').filter(isOpen);
  const made: Readonly<Record<GateName, () => Gate>> = {
    pull_complete: () => pullComplete(pulledMeters(request, frame)),
    pull_recent: () => pullRecent({ month, now, oldest: oldestPull(request), maxAgeMs: request.close.maxAgeMs }),
    unconfigured_meters: () =>
      unconfiguredMeters(
        summary.unconfiguredMeters.map(({ eventName }) => eventName),
        tallyOf('unconfigured_meters'),
      ),
    incomplete_cells: () =>
      incompleteCells({
        cells: summary.cells,
        incomplete: summary.byVerdict.incomplete,
        invalid: summary.byVerdict.invalid,
      }),
    structural_drift: () => structuralDrift(tallyOf('structural_drift')),
    data_quality: () => dataQuality(evidence.quality.gate, tallyOf('data_quality')),
    late_usage: () =>
      lateUsage(
        month,
        arrivedMeters(request),
        late.entries.filter(({ state }) => state === 'undecided').length,
        tallyOf('late_usage'),
      ),
    engine_proof: () => engineProof(evidence.proof, tallyOf('engine_proof')),
    invoices_aligned: () =>
      invoicesAligned(
        {
          invoices: judged.filter(({ decision }) => decision.decision !== 'skip').length,
          cells: billed.filter(({ at }) => at === 'cell').length,
          deferred: billed.filter(({ at }) => at === 'invoice').length,
          held: judged.filter(({ decision }) => isOfCells(decision)).length,
          waiting: judged.filter(({ decision: { decision } }) => decision === 'wait' || decision === 'blocked').length,
        },
        tallyOf('invoices_aligned'),
      ),
  };
  const gates = GATES.map((gate) => made[gate]());
  const locks = readLocks(db, month);
  const lock = locks.at(-1)?.reopened === null ? (locks.at(-1) ?? null) : null;
  const version = lock?.version ?? locks.length + 1;
  const signOffs = readSignOffs(db, month);
  const { figures } = evidence;
  // Under a lock the names stand for what was locked, whatever the cache says since.
  const signed = lock === null ? null : signOffs.findLast((signOff) => signOff.version === version)?.contentHash;
  return {
    month,
    figures,
    gates,
    decision: worstDecision(gates),
    items,
    explained,
    notes,
    signOffs,
    valid: validSignOffs(signOffs, { figures: signed ?? figures.hash, version }),
    version,
    locks,
    lock,
    proof: evidence.proof,
  };
}

/** What takes long and depends on pulls and settings alone. */
export type CloseEvidence = Pick<CloseMonth, 'figures' | 'items' | 'proof'> & {
  readonly quality: ReturnType<typeof monthQuality>;
};

export function closeEvidence(request: CloseRequest, frame: MonthFrame): CloseEvidence {
  const { db, month, settings } = request;
  const quality = monthQuality({ db, month, meters: settings.meters, settings: request.quality });
  const { report, isOfMonth } = proofOf(request);
  const { lines, exact } = report.proof.metered;
  return {
    figures: figuresOf(frame, settings),
    quality,
    proof: { lines, exact, isOfMonth },
    items: [...unconfiguredItems(frame), ...cellItems(frame), ...qualityItems(quality), ...proofItems(report)],
  };
}

/** Of the month where any of its invoices is final, else of all history. */
function proofOf(request: CloseRequest): { readonly report: ProofReport; readonly isOfMonth: boolean } {
  const report = prove(request);
  return report.proof.metered.lines > 0
    ? { report, isOfMonth: true }
    : { report: prove({ ...request, month: null }), isOfMonth: false };
}

/** The evidence of the months looked at last: made anew where cells, pulls or settings are others. */
export class EvidenceOfClose {
  readonly #known = new WeakMap<MonthFrame, { readonly key: string; readonly evidence: CloseEvidence }>();

  open(request: CloseRequest, frame: MonthFrame): CloseEvidence {
    const key = pullsInForceKey(request.db);
    const known = this.#known.get(frame);
    if (known?.key === key) return known.evidence;
    const evidence = closeEvidence(request, frame);
    this.#known.set(frame, { key, evidence });
    return evidence;
  }
}

function stuckCells(items: readonly CloseItem[], explained: ReadonlySet<string>): ReadonlyMap<string, number> {
  const stuck = new Map<string, number>();
  for (const { gate, customer, digest } of items) {
    if (gate !== 'structural_drift' || customer === null || explained.has(digest)) continue;
    stuck.set(customer, (stuck.get(customer) ?? 0) + 1);
  }
  return stuck;
}

function pulledMeters({ db, month }: CloseRequest, frame: MonthFrame) {
  const pulls = readPullsInForce(db, month).filter(({ selection }) => selection === null);
  const startOf = (meter: string, source: 'clickhouse' | 'stripe'): Instant | null =>
    pulls.find((pull) => pull.meter === meter && pull.source === source)?.startedAt ?? null;
  return frame.blocks.map(({ meter: { key }, input }) => ({
    meter: key,
    clickhouse: startOf(key, 'clickhouse'),
    stripe: startOf(key, 'stripe'),
    isUnknownToStripe: !input.meterExists,
  }));
}

/** Of both sides of every configured meter, and of the catalog that the invoices come with. */
function oldestPull({ db, month, settings }: CloseRequest): Instant | null {
  const configured = new Set(settings.meters.map(({ key }) => key));
  const starts = readPullsInForce(db, month).flatMap(({ meter, startedAt }) =>
    configured.has(meter) ? startedAt : [],
  );
  const catalog = readCatalogPull(db)?.startedAt ?? null;
  if (starts.length === 0 || catalog === null) return null;
  return [...starts, catalog].reduce((oldest, at) => (at < oldest ? at : oldest));
}

const arrivedMeters = ({ db, month, settings, now }: CloseRequest) =>
  completenessOf(db, { month, meters: settings.meters, now }).map(({ meter, completeness }) => ({
    meter: meter.key,
    unit: meter.unit,
    isLearned: completeness.learned.hours > 0,
    asOf: completeness.asOf,
    watermark: completeness.watermark,
    expectedMissing: completeness.expectedMissing,
    why: completeness.why,
  }));
