import { type SnapshotInput, snapshotOf } from '../../../shared/reconciliation/close/snapshot.ts';
import { reportRow } from '../../../shared/reports/cell-row.ts';
import { type Canonical, canonicalJson } from '../../../shared/values/canonical-json.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { monthPeriod } from '../../../shared/values/period.ts';
import { readNewestAudit } from '../../cache/audit-store.ts';
import type { LockContent } from '../../cache/close-store.ts';
import type { Db } from '../../cache/open.ts';
import { frameCells, locate, type MonthFrame } from '../cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../cells/order.ts';
import { agreesPlainly } from '../reconcile/save-run.ts';
import type { CloseMonth } from './close-month.ts';
import { pullsOf, writeCells } from './figures.ts';

/** What is locked: the canonical text, and all cells as CSV. */
export function lockContent(
  db: Db,
  of: {
    readonly close: CloseMonth;
    readonly frame: MonthFrame;
    readonly lockedAt: Instant;
    readonly lockedBy: string;
    readonly toolVersion: string;
  },
): LockContent {
  const { close, frame, lockedAt, lockedBy, toolVersion } = of;
  const { preparer, reviewer } = close.valid;
  const [head] = readNewestAudit(db, { month: null, limit: 1 });
  const { workspace, month } = frame.summary;
  const input: SnapshotInput = {
    workspace,
    month,
    version: close.version,
    period: monthPeriod(close.month),
    lockedAt,
    lockedBy,
    toolVersion,
    figures: close.figures.hash,
    settings: close.figures.settings,
    pulls: pullsOf(db, month),
    totals: totalsOf(frame),
    cells: close.figures.cells,
    exceptions: [...frameCells(frame, exceptionsOf(frame))].map((cell) => plain(reportRow(cell))),
    gates: close.gates,
    notes: close.notes.map(({ id, at, author, customer, usageId, meter, gate, body, explains }) => ({
      id,
      at,
      author,
      customer,
      usageId,
      meter,
      gate,
      body,
      explains,
    })),
    signOffs: [preparer, reviewer].flatMap((signOff) =>
      signOff === null
        ? []
        : [{ role: signOff.role, name: signOff.name, at: signOff.at, contentHash: signOff.contentHash }],
    ),
    proof: close.proof,
    audit: { seq: head?.seq ?? 0, hash: head?.hash ?? '' },
  };
  return { snapshot: Buffer.from(canonicalJson(snapshotOf(input)), 'utf8'), cells: cellsBytes(frame) };
}

function cellsBytes(frame: MonthFrame): Uint8Array {
  const pieces: Buffer[] = [];
  writeCells(frame, (piece) => pieces.push(Buffer.from(piece)));
  return Buffer.concat(pieces);
}

function totalsOf({ summary }: MonthFrame): Canonical {
  const { asOf, cells, structural, byVerdict, byBilling, byCause, skippedIdle, money, unbilled, overbilled } = summary;
  const { billedAgainstMetered, meters } = summary;
  const totals = { asOf, cells, structural, byVerdict, byBilling, byCause, skippedIdle };
  return plain({ ...totals, money, unbilled, overbilled, billedAgainstMetered, meters });
}

/** In the published order; what agrees without anything to say of it stands in the CSV alone. */
const exceptionsOf = (frame: MonthFrame): Int32Array =>
  orderCells(frame, {}, DEFAULT_SORT).filter((id) => {
    const { block, position } = locate(frame, id);
    return !agreesPlainly(block, position);
  });

/** Plain JSON values, as they would be parsed again. */
const plain = (value: unknown): Canonical => JSON.parse(JSON.stringify(value)) as Canonical;
