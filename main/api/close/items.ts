import type { Invoice } from '../../../shared/billing/invoice.ts';
import { isWrong } from '../../../shared/reconciliation/billing-verdict.ts';
import type { GateName } from '../../../shared/reconciliation/close/gate.ts';
import {
  type CloseDecision,
  type FinalPush,
  invoiceReadiness,
} from '../../../shared/reconciliation/close/invoice-readiness.ts';
import { closeStamp } from '../../../shared/reconciliation/close-calendar.ts';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { billingSentence } from '../../../shared/reports/billing-sentences.ts';
import { PROOF_CAUSE_WORDS, type ProofReport } from '../../../shared/reports/proof.ts';
import { driftSentence } from '../../../shared/reports/sentences.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { formatMoney } from '../../../shared/values/money.ts';
import { type MonthKey, monthPeriod } from '../../../shared/values/period.ts';
import { readInvoices } from '../../cache/invoice-store.ts';
import type { Db } from '../../cache/open.ts';
import { frameCell, type MonthFrame } from '../cells/frame.ts';
import type { LateMonth } from '../late/late-month.ts';
import type { JudgedQuality } from '../quality/month-quality.ts';
import { verdictAt } from '../reconcile/block.ts';
import { itemDigest } from './figures.ts';

/** One thing that stands in the way of a gate until it is gone, or a note explains it. */
export type CloseItem = {
  readonly gate: GateName;
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly meter: string | null;
  readonly name: string | null;
  /** Of what it says: once its figures are others it is another item. */
  readonly digest: string;
  /** Where the evidence is. */
  readonly at: 'cell' | 'invoice' | 'proof' | 'quality' | 'settings' | 'late';
  readonly sentence: () => string;
};

const NOBODY = { customer: null, usageId: null, meter: null, name: null };

/** Cells that drift structurally, or whose invoice lines are not what was metered. */
export function cellItems(frame: MonthFrame): readonly CloseItem[] {
  const items: CloseItem[] = [];
  for (const [index, block] of frame.blocks.entries()) {
    const start = frame.starts[index] as number;
    for (let position = 0; position < block.length; position += 1) {
      const verdict = verdictAt(block, position);
      const isPlain = verdict === 'agree' || verdict === 'agree_zero' || verdict === 'stale';
      if (isPlain && block.billing[position] === 0) continue;
      items.push(...itemsOfCell(frameCell(frame, start + position)));
    }
  }
  return items;
}

/** What of one cell stands in the way. */
export function itemsOfCell(cell: CellResult): readonly CloseItem[] {
  const isMisbilled = cell.billing !== null && isWrong(cell.billing.verdict);
  if (!cell.isStructural && !isMisbilled) return [];
  const { customer, usageId, meter, name } = cell;
  const item = { customer, usageId, meter, name, at: 'cell' as const };
  const digest = itemDigest(cellFigures(cell));
  const drift: CloseItem = { ...item, gate: 'structural_drift', digest, sentence: () => driftSentence(cell) };
  const billing: CloseItem = {
    ...item,
    gate: 'invoices_aligned',
    digest: itemDigest({ billing: digest }),
    sentence: () => billingSentence(cell) ?? '',
  };
  return [...(cell.isStructural ? [drift] : []), ...(isMisbilled ? [billing] : [])];
}

/** The figures of a cell that a note is written about. */
function cellFigures(cell: CellResult) {
  const { customer, usageIds, meter, measured, metered, billed, verdict, billing, money } = cell;
  return {
    customer,
    usageIds,
    meter,
    measured: measured === null ? null : formatDecimal(measured),
    metered: metered === null ? null : formatDecimal(metered),
    billed: billed === null ? null : formatDecimal(billed),
    verdict,
    billing: billing === null ? null : { verdict: billing.verdict, line: billing.line },
    money:
      money === null
        ? null
        : { currency: money.currency, difference: money.differenceMinor, billed: money.billedMinor },
  };
}

/** Meters of Stripe with usage that tieout.yaml does not mention. */
export const unconfiguredItems = ({ summary }: MonthFrame): readonly CloseItem[] =>
  summary.unconfiguredMeters.map(({ eventName, metered }) => ({
    ...NOBODY,
    gate: 'unconfigured_meters',
    digest: itemDigest({ eventName, metered }),
    at: 'settings',
    sentence: () => `Stripe holds ${metered} of ${eventName}, and tieout.yaml does not mention it.`,
  }));

/** Checks of the data that failed. */
export const qualityItems = (quality: JudgedQuality): readonly CloseItem[] =>
  quality.findings
    .filter(({ level }) => level === 'failed')
    .map(({ check, meter, customer, value, sentence }) => ({
      ...NOBODY,
      gate: 'data_quality',
      meter,
      digest: itemDigest({ check, meter, customer, value }),
      at: 'quality',
      sentence: () => sentence,
    }));

/** Metered lines that do not rate to what they charge, or that cannot be rated. */
export function proofItems(report: ProofReport): readonly CloseItem[] {
  const { proof } = report;
  const differing = proof.differing.filter(({ kind }) => kind === 'metered');
  const item = (line: (typeof differing)[number]['line'], digest: string, sentence: () => string): CloseItem => {
    const { customer, name } = report.ownerOf(line.invoiceId);
    const meter = report.meterOf(line.priceId);
    return { gate: 'engine_proof', customer, usageId: null, meter, name, digest, at: 'proof', sentence };
  };
  return [
    ...differing.map(({ line, rated, billed, cause }) =>
      item(line, itemDigest({ line: line.id, rated, billed }), () => {
        const { currency } = line;
        return `A line charges ${formatMoney(billed, currency)} and rates to ${formatMoney(rated, currency)} (${PROOF_CAUSE_WORDS[cause]}).`;
      }),
    ),
    ...proof.unratable.map(({ line, reason }) =>
      item(
        line,
        itemDigest({ line: line.id, reason, billed: line.amountMinor }),
        () => `A line cannot be rated: ${reason}`,
      ),
    ),
  ];
}

/** Customers and meters of which it cannot be said what came late. */
export const lateItems = ({ entries }: LateMonth): readonly CloseItem[] =>
  entries
    .filter(({ state }) => state === 'incomplete')
    .map(({ customerId, name, meter, digest, problem }) => ({
      gate: 'late_usage',
      customer: customerId,
      usageId: null,
      meter,
      name,
      digest: itemDigest({ late: digest }),
      at: 'late',
      sentence: () => problem?.message ?? 'It cannot be said what came late.',
    }));

export type JudgedInvoice = { readonly invoice: Invoice; readonly decision: CloseDecision };

/**
 * The invoices of the subscription periods that touch a month, each through the readiness gate. Tieout sees no pushes
 * but what Stripe holds of them: a push that failed or never came is drift of its cell.
 */
export function judgeInvoices(
  db: Db,
  of: {
    readonly month: MonthKey;
    readonly now: Instant;
    /** Cells of a customer that drift and are not explained. */
    readonly stuckCells: (customer: string) => number;
  },
): readonly JudgedInvoice[] {
  const { month, now } = of;
  const period = monthPeriod(month);
  const invoices = [...readInvoices(db, { month })]
    .flat()
    .filter((invoice) => invoice.period.to > period.from && invoice.period.from < period.to);
  const replaced = new Set(invoices.filter(({ status }) => status !== 'void').map(periodKey));
  return invoices.flatMap((invoice) => {
    if (invoice.status === 'void' && replaced.has(periodKey(invoice))) return [];
    const decision = invoiceReadiness({
      month,
      now,
      isUsed: true,
      structuralCells: of.stuckCells(invoice.customerId),
      invoice: {
        status: invoice.status,
        billingReason: invoice.billingReason ?? '',
        periodStart: invoice.period.from,
        periodEnd: invoice.period.to,
      },
      finalPush: pushed(month),
    });
    return [{ invoice, decision }];
  });
}

const periodKey = ({ subscriptionId, customerId, period }: Invoice): string =>
  `${subscriptionId ?? customerId} ${period.from} ${period.to}`;

const pushed = (month: MonthKey): FinalPush => {
  const { eventAt, usage } = closeStamp(month);
  return { state: 'ok', eventTimestamp: eventAt, usageUntil: usage.to, sentAt: eventAt };
};

/** Invoices that were put off for a reason of their own; what drifts in their cells is told by the cells. */
export const invoiceItems = (judged: readonly JudgedInvoice[], nameOf: (customer: string) => string | null) =>
  judged.flatMap(({ invoice, decision }): readonly CloseItem[] => {
    if (decision.decision !== 'defer' || isOfCells(decision)) return [];
    const { id, number, customerId, totalMinor, currency } = invoice;
    const { reason } = decision;
    return [
      {
        gate: 'invoices_aligned',
        customer: customerId,
        usageId: null,
        meter: null,
        name: nameOf(customerId),
        digest: itemDigest({ invoice: id, reason, total: totalMinor }),
        at: 'invoice',
        sentence: () =>
          `Invoice ${number ?? id} over ${formatMoney(totalMinor, currency)} ${DEFERRED[reason] ?? reason}.`,
      },
    ];
  });

/** Held back by cells that do not tie out, which are told one by one. */
export const isOfCells = (decision: CloseDecision): boolean =>
  decision.decision === 'defer' && decision.reason === 'shadow_drift';

const DEFERRED: Readonly<Record<string, string>> = {
  voided_never_billed: 'was voided, and nothing came in its place',
  misaligned: 'is for a period that is not the month',
};
