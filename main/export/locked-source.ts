import type { LockedCell } from '../../shared/reconciliation/close/changes.ts';
import type { Gate } from '../../shared/reconciliation/close/gate.ts';
import { ROLES } from '../../shared/reconciliation/close/sign-off.ts';
import { driftOf } from '../../shared/reconciliation/drift.ts';
import type { BillingVerdict, CauseCode, CellMoney, Verdict } from '../../shared/reconciliation/result.ts';
import type { ReconcileSummary } from '../../shared/reconciliation/summary.ts';
import { isStructural } from '../../shared/reconciliation/verdict.ts';
import type { ExportRow } from '../../shared/reports/export-row.ts';
import { isException } from '../../shared/reports/xlsx/list-sheets.ts';
import { type Decimal, parseDecimal, rescaleExact } from '../../shared/values/decimal.ts';
import { formatInstant, type Instant, parseInstant } from '../../shared/values/instant.ts';
import { minorDigits } from '../../shared/values/money.ts';
import { readCells } from '../api/close/cells-csv.ts';
import { TOOL_VERSION } from '../version.ts';
import {
  cellNotes,
  type ExceptionRow,
  exceptionOf,
  isOfCell,
  MAX_EXCEPTIONS,
  noteEntry,
  noteTexts,
} from './close-facts.ts';
import { countText, minuteText, monthName, pulledAt } from './describe.ts';
import type { MonthSource } from './month-source.ts';
import type { CloseReport } from './pdf/close-report.ts';

type StoredRow = ExceptionRow & {
  readonly structural: boolean;
  readonly cause: { readonly code: CauseCode; readonly evidence: string } | null;
  readonly billing: { readonly verdict: BillingVerdict } | null;
};

/** What a report reads of a snapshot (shared/reconciliation/close/snapshot.ts). */
type Snapshot = {
  readonly workspace: string;
  readonly month: string;
  readonly version: number;
  readonly period: { readonly from: string; readonly to: string };
  readonly lockedAt: string;
  readonly lockedBy: string;
  readonly toolVersion: string;
  readonly figures: string;
  readonly settings: string;
  readonly pulls: readonly {
    readonly meter: string;
    readonly source: string;
    readonly startedAt: string;
    readonly queryHash: string | null;
    readonly contentHash: string | null;
  }[];
  readonly totals: Pick<ReconcileSummary, 'asOf' | 'cells' | 'structural' | 'money' | 'meters'>;
  readonly cells: { readonly count: number; readonly sha256: string };
  readonly exceptions: readonly StoredRow[];
  readonly gates: readonly Pick<Gate, 'gate' | 'decision' | 'detail'>[];
  readonly notes: readonly {
    readonly at: string;
    readonly author: string;
    readonly customer: string | null;
    readonly usageId: string | null;
    readonly meter: string | null;
    readonly gate: string | null;
    readonly body: string;
  }[];
  readonly signOffs: readonly { readonly role: string; readonly name: string; readonly at: string }[];
  readonly proof: CloseReport['proof'];
  readonly audit: { readonly seq: number; readonly hash: string };
};

/**
 * A month as it was locked, from the copies that a close package holds: whatever was pulled since does not show.
 * @param of.snapshot canonical JSON of a lock that was not edited
 */
export function lockedSource(of: {
  readonly snapshot: Uint8Array;
  readonly cells: Uint8Array;
  readonly contentHash: string;
  readonly auditHead: { readonly seq: number; readonly hash: string };
}): MonthSource {
  const snapshot = JSON.parse(text(of.snapshot)) as Snapshot;
  const lockedAt = parseInstant(snapshot.lockedAt);
  const exceptions = new Map(snapshot.exceptions.map((row) => [keyOf(row), row]));
  const notes = snapshot.notes.map((note) => ({ ...note, at: parseInstant(note.at) }));
  const { asOf } = snapshot.totals;
  return {
    workspace: snapshot.workspace,
    month: snapshot.month,
    madeAt: lockedAt,
    count: snapshot.cells.count,
    scope: `All ${countText(snapshot.cells.count)} cells, as they were locked ${minuteText(lockedAt)}`,
    pulledAt: pulledAt(asOf),
    facts: [
      ['Workspace', snapshot.workspace],
      ['Month', `${monthName(snapshot.month)} (${snapshot.month})`],
      ['Period', `${snapshot.period.from} up to ${snapshot.period.to}`],
      ['Locked', `${snapshot.lockedAt} by ${snapshot.lockedBy}, version ${snapshot.version}`],
      ['Usage pulled', asOf.clickhouse ?? 'not pulled'],
      ['Stripe pulled', asOf.stripe ?? 'not pulled'],
      ['Content hash', of.contentHash],
      ['Made by', `Tieout ${TOOL_VERSION}`],
    ],
    *rows() {
      const noteOf = cellNotes(notes);
      for (const cell of readCells(text(of.cells))) {
        yield rowOf(cell, exceptions.get(keyOf(cell)) ?? null, noteOf(cell));
      }
    },
    incidents: [],
    close: () => lockedReport(snapshot, { ...of, lockedAt, notes }),
    late: null,
    proof: null,
  };
}

function lockedReport(
  snapshot: Snapshot,
  of: {
    readonly contentHash: string;
    readonly auditHead: { readonly seq: number; readonly hash: string };
    readonly lockedAt: Instant;
    readonly notes: readonly (Omit<Snapshot['notes'][number], 'at'> & { readonly at: Instant })[];
  },
): CloseReport {
  const { totals } = snapshot;
  const { contentHash, auditHead, lockedAt, notes } = of;
  const noteOf = noteTexts(notes);
  const open = snapshot.exceptions.filter((row) => isException({ verdict: row.verdict, isStructural: row.structural }));
  return {
    workspace: snapshot.workspace,
    month: snapshot.month,
    madeAt: lockedAt,
    toolVersion: TOOL_VERSION,
    lock: { version: snapshot.version, at: lockedAt, by: snapshot.lockedBy, contentHash },
    changed: null,
    cells: totals.cells,
    structural: totals.structural,
    pulledAt: pulledAt(totals.asOf),
    money: totals.money,
    gates: snapshot.gates,
    signOffs: ROLES.map((role) => {
      const signed = snapshot.signOffs.find((signOff) => signOff.role === role);
      return {
        role,
        name: signed?.name ?? null,
        at: signed === undefined ? null : parseInstant(signed.at),
        lapsed: null,
      };
    }),
    meters: totals.meters.map((meter) => ({ ...meter, drift: meter.drift?.absolute ?? null })),
    incidents: [],
    exceptions: open.slice(0, MAX_EXCEPTIONS).map((row) => exceptionOf(row, noteOf(row))),
    exceptionsTotal: open.length,
    notes: notes.filter((note) => !isOfCell(note)).map(noteEntry),
    proof: snapshot.proof,
    hashes: [
      ['Snapshot (content hash)', contentHash],
      ['Figures', snapshot.figures],
      ['Settings', snapshot.settings],
      ['Cells as CSV', snapshot.cells.sha256],
      ['Audit log when locked', `entry ${snapshot.audit.seq}, ${snapshot.audit.hash}`],
      ['Audit log in the package', `entry ${auditHead.seq}, ${auditHead.hash}`],
      ['Locked at', formatInstant(lockedAt)],
      ['Locked with', `Tieout ${snapshot.toolVersion}`],
    ],
    pulls: snapshot.pulls.map(({ startedAt, ...pull }) => ({ ...pull, at: minuteText(parseInstant(startedAt)) })),
  };
}

function rowOf(cell: LockedCell, stored: StoredRow | null, note: string | null): ExportRow {
  const measured = quantity(cell.measured);
  const metered = quantity(cell.metered);
  const verdict = cell.verdict as Verdict;
  return {
    // Names in the CSV are guarded against running as a formula; those of the snapshot are as they are.
    customer: stored?.customer ?? cell.customer,
    usageId: stored?.usageId ?? cell.usageId,
    name: stored?.name ?? cell.name,
    meter: cell.meter,
    unit: cell.unit,
    measured,
    metered,
    billed: quantity(cell.billed),
    drift: verdict === 'invalid' || verdict === 'incomplete' ? null : driftOf(measured, metered),
    verdict,
    isStructural: stored?.structural ?? isStructural(verdict, measured),
    cause: stored?.cause?.code ?? null,
    evidence: stored?.cause?.evidence ?? null,
    billing: stored?.billing?.verdict ?? null,
    money: moneyOf(cell),
    note,
  };
}

const quantity = (value: string | null): Decimal | null => (value === null ? null : parseDecimal(value));

function moneyOf(cell: LockedCell): CellMoney | null {
  const { currency } = cell;
  if (currency === null) return null;
  const minor = (value: string | null): bigint | null =>
    value === null ? null : rescaleExact(parseDecimal(value), minorDigits(currency));
  const measuredMinor = minor(cell.measuredAmount);
  const meteredMinor = minor(cell.meteredAmount);
  return {
    currency,
    measuredMinor,
    meteredMinor,
    billedMinor: minor(cell.billedAmount),
    differenceMinor: measuredMinor === null || meteredMinor === null ? null : measuredMinor - meteredMinor,
  };
}

const keyOf = ({ customer, usageId, meter }: Pick<LockedCell, 'customer' | 'usageId' | 'meter'>): string =>
  JSON.stringify([customer, customer === null ? usageId : null, meter]);

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
