import type { Gate } from '../../../shared/reconciliation/close/gate.ts';
import type { IncidentRecord } from '../../../shared/reconciliation/explain/month-causes.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { countText, minuteText, monthName } from '../describe.ts';
import { type Colour, type PdfCell, PdfReport } from './document.ts';

/** Everything that a close report says; money and quantities are decimal text. */
export type CloseReport = {
  readonly workspace: string;
  readonly month: string;
  readonly madeAt: Instant;
  readonly toolVersion: string;
  readonly lock: {
    readonly version: number;
    readonly at: Instant;
    readonly by: string;
    readonly contentHash: string;
  } | null;
  /** What is not as it was locked any more, in a sentence. */
  readonly changed: string | null;
  readonly cells: number;
  readonly structural: number;
  readonly pulledAt: string;
  readonly money: readonly {
    readonly currency: string;
    readonly measured: string | null;
    readonly metered: string | null;
    readonly difference: string | null;
    readonly billed: string | null;
  }[];
  readonly gates: readonly Pick<Gate, 'gate' | 'decision' | 'detail'>[];
  readonly signOffs: readonly {
    readonly role: string;
    readonly name: string | null;
    readonly at: Instant | null;
    /** Signed other figures. */
    readonly lapsed: string | null;
  }[];
  readonly meters: readonly {
    readonly meter: string;
    readonly unit: string;
    readonly cells: number;
    readonly structural: number;
    readonly measured: string | null;
    readonly metered: string | null;
    readonly drift: string | null;
    readonly billed: string | null;
  }[];
  /** What went wrong, the largest difference first. */
  readonly incidents: readonly Pick<IncidentRecord, 'sentence' | 'remedy' | 'cells' | 'confidence' | 'money'>[];
  /** Cells that do not tie out or could not be compared, the largest difference first. */
  readonly exceptions: readonly {
    readonly customer: string | null;
    readonly usageId: string | null;
    readonly name: string | null;
    readonly meter: string;
    readonly unit: string;
    readonly measured: string | null;
    readonly metered: string | null;
    readonly drift: string | null;
    readonly currency: string | null;
    readonly difference: string | null;
    readonly verdict: string;
    readonly sentence: string;
    readonly notes: readonly string[];
  }[];
  /** How many there are; the list holds the first of them. */
  readonly exceptionsTotal: number;
  /** Of the month, its gates, meters and customers. */
  readonly notes: readonly {
    readonly at: Instant;
    readonly author: string;
    readonly about: string;
    readonly body: string;
  }[];
  readonly proof: { readonly lines: number; readonly exact: number; readonly isOfMonth: boolean };
  readonly hashes: readonly (readonly [name: string, value: string])[];
  readonly pulls: readonly {
    readonly meter: string;
    readonly source: string;
    readonly at: string;
    readonly queryHash: string | null;
    readonly contentHash: string | null;
  }[];
};

/** The close of a month as a document for an auditor. Equal reports give equal bytes. */
export async function writeClosePdf(report: CloseReport, write: (bytes: Uint8Array) => void): Promise<void> {
  const title = `Close of ${monthName(report.month)}`;
  const pdf = new PdfReport(write, {
    title: `${title}, ${report.workspace}`,
    author: report.workspace,
    createdAt: new Date(report.madeAt),
  });
  cover(pdf, report, title);
  meters(pdf, report);
  incidents(pdf, report);
  exceptions(pdf, report);
  notes(pdf, report);
  method(pdf, report);
  hashes(pdf, report);
  await pdf.end(
    `${report.workspace} · ${monthName(report.month)} · ${report.lock === null ? 'not closed' : `locked, version ${report.lock.version}`}`,
  );
}

function cover(pdf: PdfReport, report: CloseReport, title: string): void {
  const { lock } = report;
  pdf.paragraph(report.workspace, { colour: 'muted', size: 12 });
  pdf.title(title);
  pdf.space(6);
  if (lock === null) {
    const passed = report.gates.filter(({ decision }) => decision === 'pass').length;
    pdf.paragraph(`Not closed: ${passed} of ${report.gates.length} gates pass.`, {
      colour: 'unknown',
      size: 12,
      isBold: true,
    });
  } else {
    pdf.paragraph(`Locked ${minuteText(lock.at)} by ${lock.by}, version ${lock.version}.`, {
      colour: 'good',
      size: 12,
      isBold: true,
    });
  }
  if (report.changed !== null) pdf.paragraph(report.changed, { colour: 'bad' });
  pdf.paragraph(answer(report));
  pdf.paragraph(report.pulledAt, { colour: 'muted', size: 9 });
  pdf.heading('Totals');
  pdf.table(
    [
      { head: 'Currency', width: 12 },
      { head: 'Measured', width: 22, align: 'right' },
      { head: 'Metered', width: 22, align: 'right' },
      { head: 'Difference', width: 22, align: 'right' },
      { head: 'Billed', width: 22, align: 'right' },
    ],
    report.money.map(({ currency, measured, metered, difference, billed }) => [
      { text: currency.toUpperCase(), isBold: true },
      figure(measured),
      figure(metered),
      { ...figure(difference), ...(isNothing(difference) ? {} : { colour: 'bad' as const }) },
      figure(billed),
    ]),
  );
  if (report.money.length === 0) pdf.paragraph('Nothing of the month has a price.', { colour: 'muted' });
  pdf.heading('Gates');
  pdf.table(
    [
      { head: 'Gate', width: 26 },
      { head: 'Decision', width: 14 },
      { head: 'What was found', width: 60 },
    ],
    report.gates.map(({ gate, decision, detail }) => [
      { text: words(gate), isBold: true },
      { text: DECISION_WORDS[decision], colour: DECISION_COLOURS[decision] },
      { text: detail },
    ]),
  );
  pdf.heading('Sign-offs');
  pdf.table(
    [
      { head: 'Role', width: 20 },
      { head: 'Name', width: 40 },
      { head: 'Signed', width: 40 },
    ],
    report.signOffs.map(({ role, name, at, lapsed }) => [
      { text: words(role), isBold: true },
      name === null ? { text: lapsed ?? 'Not signed', colour: 'muted' as const } : { text: name },
      { text: at === null ? '' : minuteText(at) },
    ]),
  );
}

function answer({ cells, structural }: CloseReport): string {
  const all = `${countText(cells)} ${cells === 1 ? 'cell' : 'cells'} (a customer and a meter)`;
  if (cells === 0) return 'Nothing was pulled: there is nothing to compare.';
  if (structural === 0) return `All of ${all} tie out, or wait for pushes that are on their way.`;
  return `${countText(structural)} of ${all} ${structural === 1 ? 'does' : 'do'} not tie out.`;
}

function meters(pdf: PdfReport, report: CloseReport): void {
  pdf.newPage('landscape');
  pdf.heading('By meter');
  pdf.table(
    [
      { head: 'Meter', width: 20 },
      { head: 'Cells', width: 9, align: 'right' },
      { head: 'Do not tie out', width: 9, align: 'right' },
      { head: 'Measured', width: 18, align: 'right' },
      { head: 'Metered', width: 18, align: 'right' },
      { head: 'Drift', width: 18, align: 'right' },
      { head: 'Billed', width: 18, align: 'right' },
    ],
    report.meters.map((meter) => [
      { text: meter.meter, isBold: true, below: meter.unit },
      { text: countText(meter.cells) },
      { text: countText(meter.structural), ...(meter.structural === 0 ? {} : { colour: 'bad' as const }) },
      figure(meter.measured),
      figure(meter.metered),
      figure(meter.drift),
      figure(meter.billed),
    ]),
  );
}

/** So many are told on paper; the workbook has them all. */
const MOST_INCIDENTS = 50;

function incidents(pdf: PdfReport, report: CloseReport): void {
  if (report.incidents.length === 0) return;
  pdf.heading('What went wrong');
  pdf.table(
    [
      { head: 'Incident, and what to do', width: 85 },
      { head: 'Cells', width: 12, align: 'right' },
      { head: 'Sure', width: 14 },
      { head: 'Difference', width: 22, align: 'right' },
    ],
    report.incidents
      .slice(0, MOST_INCIDENTS)
      .map((incident) => [
        { text: incident.sentence, below: incident.remedy },
        { text: countText(incident.cells) },
        { text: incident.confidence },
        incident.money.length === 0
          ? { text: '–', colour: 'muted' as const }
          : { text: incident.money.map((sum) => `${sum.difference} ${sum.currency.toUpperCase()}`).join('\n') },
      ]),
  );
  const more = report.incidents.length - MOST_INCIDENTS;
  if (more > 0) pdf.paragraph(`${countText(more)} more stand in the workbook.`, { colour: 'muted' });
}

function exceptions(pdf: PdfReport, report: CloseReport): void {
  pdf.heading('Cells that do not tie out');
  if (report.exceptionsTotal === 0) {
    pdf.paragraph('None.');
    return;
  }
  pdf.table(
    [
      { head: 'Customer', width: 25 },
      { head: 'Meter', width: 21 },
      { head: 'Measured', width: 15, align: 'right' },
      { head: 'Metered', width: 15, align: 'right' },
      { head: 'Difference', width: 13, align: 'right' },
      { head: 'What it is, and notes', width: 44 },
    ],
    report.exceptions.map((cell) => [
      { text: cell.name ?? cell.customer ?? cell.usageId ?? '', isBold: true, ...below(cell) },
      { text: cell.meter, below: cell.unit },
      figure(cell.measured),
      figure(cell.metered),
      cell.difference === null
        ? { text: '–', colour: 'muted' as const }
        : { ...figure(cell.difference), below: (cell.currency ?? '').toUpperCase() },
      {
        text: `${cell.verdict}. ${cell.sentence}`,
        ...(cell.notes.length === 0 ? {} : { below: cell.notes.join('\n') }),
      },
    ]),
  );
  const more = report.exceptionsTotal - report.exceptions.length;
  if (more > 0) pdf.paragraph(`${countText(more)} more stand in the workbook and in the CSV.`, { colour: 'muted' });
}

/** The ids under a name, so that it is known who is meant whatever the name looks like. */
function below(cell: CloseReport['exceptions'][number]): { readonly below?: string } {
  const ids = [
    cell.name === null ? null : cell.customer,
    cell.customer === null && cell.name === null ? null : cell.usageId,
  ];
  const text = ids.filter((id) => id !== null).join('\n');
  return text === '' ? {} : { below: text };
}

function notes(pdf: PdfReport, report: CloseReport): void {
  if (report.notes.length === 0) return;
  pdf.heading('Notes');
  pdf.table(
    [
      { head: 'When', width: 18 },
      { head: 'Who', width: 18 },
      { head: 'About', width: 22 },
      { head: 'Note', width: 48 },
    ],
    report.notes.map(({ at, author, about, body }) => [
      { text: minuteText(at) },
      { text: author },
      { text: about },
      { text: body },
    ]),
  );
}

const METHOD = [
  'Three numbers are held against each other for every customer and meter: what the product measured (ClickHouse), what Stripe metered (meter event summaries), and what the invoice lines charge. A month is half-open and in UTC: it begins at 00:00 of its first day and ends where the next one begins.',
  'Quantities and amounts are exact decimals from the source to this page. The drift is measured less metered; positive means that Stripe has too little. The tolerance of the workspace decides whether a drift counts, and cells whose last push is young enough to be on its way do not count as drift.',
  'Money is what the quantities cost at the price of the customer, rated by the engine of Tieout and rounded once per line. The engine is held against history: every finalised invoice line of the cache is rated again.',
];

/** Said where a box was drawn. */
const BOXES =
  'A box stands for a character that the font of this document does not have (Hebrew, Arabic, Chinese, Japanese …). The id under a name says who is meant; the real text comes along when the name is copied, and stands in the workbook and in the CSV.';

function method(pdf: PdfReport, { proof }: CloseReport): void {
  pdf.newPage('portrait');
  pdf.heading('Method');
  for (const text of METHOD) pdf.paragraph(text);
  if (pdf.hasBoxes) pdf.paragraph(BOXES);
  pdf.heading('Proof of the engine');
  const scope = proof.isOfMonth ? 'of the month' : 'of all history, since no invoice of the month is final,';
  pdf.paragraph(
    proof.lines === 0
      ? 'No final invoice has a metered line: there is nothing to prove.'
      : `${countText(proof.exact)} of ${countText(proof.lines)} metered invoice lines ${scope} rate to exactly what they charge.`,
  );
}

function hashes(pdf: PdfReport, report: CloseReport): void {
  pdf.heading('What these numbers are');
  pdf.facts(report.hashes);
  pdf.space(6);
  pdf.paragraph(
    report.lock === null
      ? 'The month is not closed: the numbers may still change, and no snapshot is kept of them.'
      : 'The close package holds the snapshot, the audit log and the cells whose hashes these are. `tieout verify PATH` checks all of it, without the workspace and years later.',
  );
  if (report.pulls.length === 0) return;
  pdf.heading('Pulls');
  pdf.table(
    [
      { head: 'Meter', width: 22 },
      { head: 'Source', width: 13 },
      { head: 'Pulled', width: 24 },
      { head: 'Hash of the query, hash of what came', width: 51 },
    ],
    report.pulls.map(({ meter, source, at, queryHash, contentHash }) => [
      { text: meter },
      { text: SOURCE_WORDS[source] ?? source },
      { text: at },
      { text: queryHash ?? '–', below: contentHash ?? '–' },
    ]),
  );
}

const SOURCE_WORDS: Readonly<Record<string, string>> = { clickhouse: 'ClickHouse', stripe: 'Stripe' };
const DECISION_WORDS: Readonly<Record<Gate['decision'], string>> = {
  pass: '✓ passes',
  blocked: '✗ blocks',
  unknown: '? unknown',
};
const DECISION_COLOURS: Readonly<Record<Gate['decision'], Colour>> = {
  pass: 'good',
  blocked: 'bad',
  unknown: 'unknown',
};

/** `structural_drift` → `Structural drift`. */
const words = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`;

const isNothing = (text: string | null): boolean => text === null || /^-?0(\.0+)?$/.test(text);

/** Decimal text with its thousands apart; a dash where there is none. */
function figure(text: string | null): PdfCell {
  if (text === null) return { text: '–', colour: 'muted' };
  const [whole = '', ...fraction] = text.split('.');
  return { text: [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.').replace('-', '−') };
}
