import type { RatingOptions } from '../rating/options.ts';
import type { AdjustmentsProof } from '../reconciliation/adjustment-tally.ts';
import { alternativeText, type ProofCause } from '../reconciliation/proof-line.ts';
import {
  type DifferingLine,
  differenceSize,
  type Proof,
  proofExit,
  type Suggestion,
} from '../reconciliation/proof-tally.ts';
import { printExactJson } from '../values/exact-json.ts';
import { formatInstant } from '../values/instant.ts';
import { formatMinorAsMajor } from '../values/money.ts';
import { layout } from './layout.ts';

/** Whose invoice a line stands on. */
export type LineOwner = { readonly number: string | null; readonly customer: string; readonly name: string | null };

/** What was billed for lines whose usage is known, and what that usage rates to. Minor units. */
export type AsMeasured = {
  readonly currency: string;
  readonly lines: number;
  readonly billed: bigint;
  readonly rated: bigint;
};

/** Lines whose usage is not known, and why. */
export type NotMeasured = { readonly reason: string; readonly lines: number };

/** The engine against history. */
export type ProofReport = {
  readonly workspace: string;
  readonly month: string | null;
  readonly asOf: { readonly clickhouse: string | null; readonly stripe: string | null };
  readonly options: RatingOptions;
  /** Invoices with a line that was rated. */
  readonly invoices: number;
  readonly proof: Proof;
  /** Discounts, credits and taxes, worked out again from what Stripe had left before each. */
  readonly adjustments: AdjustmentsProof;
  readonly asMeasured: readonly AsMeasured[];
  readonly notMeasured: readonly NotMeasured[];
  /** Of an invoice with a line that differs or cannot be rated. */
  readonly ownerOf: (invoiceId: string) => LineOwner;
  /** Key of the configured meter that a price counts on. */
  readonly meterOf: (priceId: string | null) => string | null;
};

/** The largest difference first; equal ones in the order of the invoices. */
export const byDifference = (differing: readonly DifferingLine[]): readonly DifferingLine[] =>
  differing.toSorted((a, b) => {
    const [left, right] = [differenceSize(a), differenceSize(b)];
    return left === right ? 0 : left > right ? -1 : 1;
  });

/** "1,284 of 1,284 lines exact". */
export function proofSentence({ metered, licensed }: Pick<Proof, 'metered' | 'licensed'>): string {
  if (metered.lines + licensed.lines === 0) return 'No finalised invoice in the cache has a line to prove.';
  const seats = licensed.lines === 0 ? '' : `; licensed: ${of(licensed)}`;
  return `${of(metered)} lines exact${seats}`;
}

const of = ({ lines, exact }: { readonly lines: number; readonly exact: number }): string =>
  `${grouped(exact)} of ${grouped(lines)}`;

/** Thousands by comma, in every locale alike. */
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** "rating.rounding: half_even makes 12 more lines exact and loses none". */
export function suggestionSentence({ alternative, gains, losses }: Suggestion, what = 'line'): string {
  const lost = losses === 0 ? 'none' : grouped(losses);
  return `${alternativeText(alternative)} makes ${grouped(gains)} more ${what}${gains === 1 ? '' : 's'} exact and loses ${lost}`;
}

/** What a discount, the credits of an invoice or a tax rate on it is called. */
const STEP = 'adjustment';

/** "36 of 36 discounts, credits and taxes exact". */
const stepsSentence = ({ steps, exact }: AdjustmentsProof): string =>
  `${of({ lines: steps, exact })} discounts, credits and taxes exact`;

/** 1 where a line or an adjustment differs; else as the lines say. */
export const reportExit = ({ proof, adjustments }: Pick<ProofReport, 'proof' | 'adjustments'>): 0 | 1 | 3 =>
  adjustments.differing.length > 0 ? 1 : proofExit(proof);

export const PROOF_CAUSE_WORDS: Readonly<Record<ProofCause, string>> = {
  manual_edit: 'edited by hand',
  rounding: 'another rule',
  price_changed: 'price changed',
  proration: 'proration',
  unknown_feature: 'unknown feature',
};

const FLUSH_CHARACTERS = 256 * 1024;

/**
 * The document of `tieout prove --json` (interfaces.md section 6) in pieces: amounts are integer minor units with all
 * their digits, the currency beside; one line a row.
 */
export function* proofJson(report: ProofReport): Generator<string> {
  const { proof, ownerOf } = report;
  const fields = {
    workspace: report.workspace,
    month: report.month,
    asOf: report.asOf,
    options: report.options,
    invoices: report.invoices,
    lines: proof.metered.lines,
    exact: proof.metered.exact,
    licensed: proof.licensed,
    adjustments: { steps: report.adjustments.steps, exact: report.adjustments.exact },
  };
  const head = Object.entries(fields).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  yield `{\n  "tieout": 1,\n  "kind": "proof",\n${head.join('\n')}\n`;
  yield* list('differing', byDifference(proof.differing), (each) => ({
    invoice: each.line.invoiceId,
    line: each.line.id,
    customer: ownerOf(each.line.invoiceId).customer,
    name: ownerOf(each.line.invoiceId).name,
    kind: each.kind,
    lines: each.lines,
    currency: each.line.currency,
    rated: each.rated,
    billed: each.billed,
    cause: each.cause,
    option: each.setting === null ? null : alternativeText(each.setting),
  }));
  yield* list('unratable', proof.unratable, ({ line, reason }) => ({
    invoice: line.invoiceId,
    line: line.id,
    customer: ownerOf(line.invoiceId).customer,
    name: ownerOf(line.invoiceId).name,
    currency: line.currency,
    billed: line.amountMinor,
    reason,
  }));
  yield* list('differingSteps', report.adjustments.differing, (each) => ({
    invoice: each.invoiceId,
    type: each.type,
    id: each.id,
    customer: ownerOf(each.invoiceId).customer,
    name: ownerOf(each.invoiceId).name,
    currency: each.currency,
    expected: each.expectedMinor,
    billed: each.billedMinor,
    option: each.setting === null ? null : alternativeText(each.setting),
  }));
  yield* list('asMeasured', report.asMeasured, ({ currency, lines, billed, rated }) => ({
    currency,
    lines,
    billed,
    rated,
    difference: rated - billed,
  }));
  yield* list('notMeasured', report.notMeasured, (each) => each);
  const suggested = ({ alternative, gains, losses }: Suggestion) => ({
    option: alternativeText(alternative),
    gains,
    losses,
  });
  yield* list('suggestions', proof.suggestions, suggested);
  yield* list('stepSuggestions', report.adjustments.suggestions, suggested);
  yield `  "exit": ${reportExit(report)}\n}\n`;
}

function* list<T>(name: string, items: readonly T[], shown: (item: T) => object): Generator<string> {
  let text = `  "${name}": [`;
  for (const [index, item] of items.entries()) {
    text += `${index === 0 ? '\n' : ',\n'}    ${printExactJson(shown(item))}`;
    if (text.length >= FLUSH_CHARACTERS) {
      yield text;
      text = '';
    }
  }
  yield `${text}${items.length === 0 ? '' : '\n  '}],\n`;
}

/**
 * What `tieout prove` prints: the lines that differ with their cause and what to set, what could not be rated, what the
 * measured quantities come to, and the answer last.
 * @param options.limit most lines shown; how many more there are is said
 */
export function proofText(report: ProofReport, options: { readonly limit: number }): string {
  const { proof } = report;
  const parts: string[] = [];
  const section = (lines: readonly string[]): void => {
    if (lines.length > 0) parts.push(...lines, '');
  };
  section(differingTable(report, options.limit));
  section(unratableTable(report, options.limit));
  section(stepsTable(report, options.limit));
  section(measuredTable(report));
  section([
    ...proof.suggestions.slice(0, MAX_SUGGESTIONS).map((each) => `→ ${suggestionSentence(each)}`),
    ...report.adjustments.suggestions.map((each) => `→ ${suggestionSentence(each, STEP)}`),
  ]);
  if (report.adjustments.steps > 0) parts.push(stepsSentence(report.adjustments));
  parts.push(proofSentence(proof));
  return `${parts.join('\n')}\n`;
}

const MAX_SUGGESTIONS = 3;

function differingTable(report: ProofReport, limit: number): string[] {
  const all = byDifference(report.proof.differing);
  const rows = all.slice(0, limit).map((each) => {
    const { line } = each;
    const money = (minor: bigint): string =>
      `${formatMinorAsMajor(minor, line.currency)} ${line.currency.toUpperCase()}`;
    return [
      '✗',
      whose(report, line.invoiceId),
      line.description ?? report.meterOf(line.priceId) ?? line.priceId ?? '–',
      formatInstant(line.servicePeriod.from).slice(0, 10),
      money(each.rated),
      money(each.billed),
      PROOF_CAUSE_WORDS[each.cause],
      each.setting === null ? '' : alternativeText(each.setting),
    ];
  });
  if (rows.length === 0) return [];
  const header = ['', 'customer', 'line', 'from', 'rated', 'billed', 'cause', 'what to set'];
  return [...layout(header, rows, 'llllrrll'), ...more(all.length - rows.length)];
}

function unratableTable(report: ProofReport, limit: number): string[] {
  const { unratable } = report.proof;
  const rows = unratable
    .slice(0, limit)
    .map(({ line, reason }) => ['?', whose(report, line.invoiceId), line.id, line.invoiceId, reason]);
  if (rows.length === 0) return [];
  // The reason is the last column, and the only one that must not be cut.
  const lines = layout(
    ['', 'customer', 'line', 'invoice'],
    rows.map((row) => row.slice(0, -1)),
    'llll',
  );
  const reasons = ['cannot be rated because', ...rows.map((row) => row.at(-1) ?? '')];
  const width = Math.max(...lines.map((line) => line.length));
  return [
    ...lines.map((line, index) => `${line.padEnd(width)}  ${reasons[index] ?? ''}`),
    ...more(unratable.length - rows.length),
  ];
}

/** A setting must be read in full, to be set. */
const LONGEST_SETTING = 64;

function stepsTable(report: ProofReport, limit: number): string[] {
  const { differing } = report.adjustments;
  const rows = differing.slice(0, limit).map(({ invoiceId, type, id, currency, setting, ...step }) => {
    const money = (minor: bigint): string => `${formatMinorAsMajor(minor, currency)} ${currency.toUpperCase()}`;
    const what = id === null ? type : `${type} ${id}`;
    const set = setting === null ? '' : alternativeText(setting);
    return ['✗', whose(report, invoiceId), what, invoiceId, money(step.expectedMinor), money(step.billedMinor), set];
  });
  if (rows.length === 0) return [];
  const header = ['', 'customer', 'adjustment', 'invoice', 'expected', 'billed', 'what to set'];
  return [...layout(header, rows, 'llllrrl', LONGEST_SETTING), ...more(differing.length - rows.length)];
}

const whose = (report: ProofReport, invoiceId: string): string => {
  const { name, customer } = report.ownerOf(invoiceId);
  return name ?? customer;
};

const more = (count: number): string[] => (count > 0 ? [`and ${count} more; --json gives all`] : []);

function measuredTable({ asMeasured, notMeasured }: ProofReport): string[] {
  const rows = asMeasured.map(({ currency, lines, billed, rated }) => [
    currency.toUpperCase(),
    grouped(lines),
    formatMinorAsMajor(rated, currency),
    formatMinorAsMajor(billed, currency),
    formatMinorAsMajor(rated - billed, currency),
  ]);
  const table =
    rows.length === 0 ? [] : layout(['as measured', 'lines', 'owed', 'billed', 'not billed'], rows, 'lrrrr');
  return [...table, ...notMeasured.map(({ reason, lines }) => `${grouped(lines)} not compared: ${reason}`)];
}
