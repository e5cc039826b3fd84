import type { IncidentRemedy, RemedyFileKind, RemedyRequest } from '../../../shared/contract/incident-schemas.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { isMendedByEvents } from '../../../shared/reconciliation/explain/correction-events.ts';
import type { IncidentRecord } from '../../../shared/reconciliation/explain/month-causes.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { findCell } from '../cells/detail.ts';
import { locate, type MonthFrame } from '../cells/frame.ts';
import { customerIdAt, type MeterBlock, usageIdsAt } from '../reconcile/block.ts';
import { findIncident, incidentView } from './incident-view.ts';
import { isBilledAt, MAPPING_HEADER, type RemedyLine, remedyLines } from './remedy.ts';

/** What the files of a month are made from. */
export type RemedyContext = {
  readonly frame: MonthFrame;
  readonly now: Instant;
  /** The corrections of late usage of some customers as CSV, line by line. */
  readonly lateCsv: (customers: ReadonlySet<string>) => Iterable<string>;
  /** Stripe ids or usage ids whose cells are looked at; absent: everybody. */
  readonly customers?: ReadonlySet<string>;
};

const ENDINGS: Readonly<Record<RemedyFileKind, string>> = {
  meter_events: 'events.jsonl',
  invoice_items: 'invoice-items.jsonl',
  mapping: 'customers.csv',
  late_corrections: 'late-corrections.csv',
};
const KINDS = ['meter_events', 'invoice_items', 'mapping', 'late_corrections'] as const;

/** `2026-05-missed-push-315-319-events.jsonl`; what concerns one cell alone does not take the place of it. */
function fileName({ incident, cell }: Pick<RemedyRequest, 'incident' | 'cell'>, kind: RemedyFileKind): string {
  const fault = incident.replace(/[^A-Za-z0-9.]+/g, '-').slice(0, MOST_NAME);
  if (cell === undefined) return `${fault}-${ENDINGS[kind]}`;
  const own = `${cell.customer ?? cell.usageId}-${cell.meter}`.replace(/[^A-Za-z0-9._]+/g, '-').slice(0, MOST_NAME);
  return `${fault}-${own}-${ENDINGS[kind]}`;
}

const MOST_NAME = 120;

type Cell = { readonly block: MeterBlock; readonly position: number };

/** The cells of an incident, or the one that is asked for. */
function cellsOf(
  context: RemedyContext,
  { incident, cell }: Pick<RemedyRequest, 'incident' | 'cell'>,
): readonly Cell[] {
  const { frame, customers } = context;
  const isOne = ({ block, position }: Cell): boolean =>
    block.incidents.get(position) === incident &&
    (customers === undefined ||
      [customerIdAt(block, position) ?? '', ...usageIdsAt(block, position)].some((name) => customers.has(name)));
  if (cell !== undefined) return [locate(frame, findCell(frame, cell))].filter(isOne);
  return frame.blocks.flatMap((block) =>
    [...block.incidents.keys()].map((position) => ({ block, position })).filter(isOne),
  );
}

/** The lines of all files of an incident as they come, without the heads. */
function* linesOf({ now }: RemedyContext, code: string, cells: readonly Cell[]): Generator<RemedyLine> {
  const tellers = new Map<MeterBlock, ReturnType<typeof remedyLines>>();
  const links = new Set<string>();
  for (const { block, position } of cells) {
    const tell = tellers.get(block) ?? remedyLines(block, { code, now });
    tellers.set(block, tell);
    for (const line of tell(position)) {
      // One link is enough, however many meters show it.
      if (line.kind === 'mapping' && links.has(line.text)) continue;
      if (line.kind === 'mapping') links.add(line.text);
      yield line;
    }
  }
}

/** Customers whose invoice is final: their late usage is corrected by the late-usage engines. */
const lateCustomers = (code: string, cells: readonly Cell[]): ReadonlySet<string> =>
  new Set(
    code !== 'late_rows'
      ? []
      : cells
          .filter(({ block, position }) => isBilledAt(block, position))
          .flatMap(({ block, position }) => customerIdAt(block, position) ?? []),
  );

/** So many cells are looked at to tell what a file will hold; of more only the first are shown. */
const MOST_COUNTED = 200;
const SHOWN_LINES = 5;

/** What to do about an incident, and what its files will hold. @throws TieoutError `host.not_found` */
export function incidentRemedy(context: RemedyContext, request: RemedyRequest): IncidentRemedy {
  const { summary } = context.frame;
  const incident = findIncident(summary, request.incident);
  const cells = cellsOf(context, request);
  const isAll = cells.length <= MOST_COUNTED;
  const found = new Map<RemedyFileKind, { entries: number; readonly shown: string[] }>();
  for (const { kind, text } of linesOf(context, incident.code, cells.slice(0, MOST_COUNTED))) {
    const file = found.get(kind) ?? { entries: 0, shown: [] };
    found.set(kind, file);
    file.entries += 1;
    if (file.shown.length < SHOWN_LINES) file.shown.push(text);
  }
  const late = lateCustomers(incident.code, cells);
  if (late.size > 0) {
    const lines = [...context.lateCsv(late)];
    if (lines.length > 1)
      found.set('late_corrections', { entries: lines.length - 1, shown: lines.slice(0, SHOWN_LINES) });
  }
  const kinds = KINDS.filter((kind) => found.has(kind));
  return {
    incident: incidentView(incident),
    steps: stepsOf(incident, kinds),
    files: kinds.map((kind) => {
      const { entries, shown } = found.get(kind) as { entries: number; shown: string[] };
      const text = [...(kind === 'mapping' ? [MAPPING_HEADER] : []), ...shown].join('\n');
      const isCounted = isAll || kind === 'late_corrections';
      return {
        name: fileName(request, kind),
        kind,
        sentence: `${isCounted ? entries.toLocaleString('en-US') : 'More than'} ${isCounted ? '' : `${entries.toLocaleString('en-US')} `}${WORDS[kind][entries === 1 ? 0 : 1]}`,
        entries: isCounted ? entries : null,
        preview: `${text}\n`,
      };
    }),
  };
}

/** One of them, and several. */
const WORDS: Readonly<Record<RemedyFileKind, readonly [string, string]>> = {
  meter_events: ['meter event to send to Stripe', 'meter events to send to Stripe'],
  invoice_items: [
    'invoice item to make: a charge above 0, a credit below',
    'invoice items to make: charges above 0, credits below',
  ],
  mapping: ['line for the customers file', 'lines for the customers file'],
  late_corrections: ['correction of the late-usage engine', 'corrections of the late-usage engine'],
};

function stepsOf({ code, remedy }: IncidentRecord, kinds: readonly RemedyFileKind[]): string[] {
  const steps: string[] = [remedy];
  if (kinds.includes('meter_events')) {
    if (code === 'unit_scale') steps.push('Send the events only if the pushed unit is the one that is wrong.');
    steps.push(
      'Send the events once, within a day of writing the file: Stripe drops a repeated identifier for 24 hours. Then pull again.',
    );
  }
  if (kinds.includes('invoice_items')) {
    steps.push('What is older than 35 days, or stands on a final invoice, is charged or credited by an invoice item.');
  }
  if (kinds.length === 0 && isMendedByEvents(code))
    steps.push('No meter event mends it any more, and it costs nothing.');
  return steps;
}

/**
 * Writes the files of an incident, line by line.
 * @param write takes the name of a file and a line of it; the head of a file comes first
 * @returns the files with their number of lines, heads not counted
 * @throws TieoutError `host.not_found`
 */
export function writeRemedies(
  context: RemedyContext,
  request: RemedyRequest & { readonly file?: string },
  write: (name: string, line: string) => void,
): readonly { readonly name: string; readonly kind: RemedyFileKind; readonly entries: number }[] {
  const incident = findIncident(context.frame.summary, request.incident);
  const cells = cellsOf(context, request);
  const counts = new Map<RemedyFileKind, number>();
  const put = (kind: RemedyFileKind, text: string): void => {
    const name = fileName(request, kind);
    if (request.file !== undefined && request.file !== name) return;
    const count = counts.get(kind) ?? 0;
    if (count === 0 && kind === 'mapping') write(name, MAPPING_HEADER);
    counts.set(kind, count + 1);
    write(name, text);
  };
  for (const { kind, text } of linesOf(context, incident.code, cells)) put(kind, text);
  const late = lateCustomers(incident.code, cells);
  if (late.size > 0) for (const line of context.lateCsv(late)) put('late_corrections', line);
  if (request.file !== undefined && counts.size === 0) {
    throw new TieoutError('host.not_found', {
      message: `Nothing is to be written as ${request.file}.`,
      remedy: 'Look at the incident again; another pull may have changed it.',
    });
  }
  return KINDS.flatMap((kind) => {
    const entries = counts.get(kind);
    if (entries === undefined) return [];
    return [{ name: fileName(request, kind), kind, entries: kind === 'late_corrections' ? entries - 1 : entries }];
  });
}
