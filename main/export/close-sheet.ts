import type { SheetCell } from '../../shared/reports/xlsx/sheet.ts';
import type { SheetRows } from '../../shared/reports/xlsx/totals-sheets.ts';
import { minuteText } from './describe.ts';
import type { CloseReport } from './pdf/close-report.ts';

export const CLOSE_WIDTHS: readonly number[] = [24, 30, 80];

/** How the month stands on its way to be closed: gates, sign-offs, notes, hashes. */
export function closeSheet({ lock, changed, gates, signOffs, notes, hashes }: CloseReport): SheetRows {
  const state = lock === null ? 'Not closed' : `Locked ${minuteText(lock.at)} by ${lock.by}, version ${lock.version}`;
  return [
    [{ text: 'Close', style: 'title' }],
    [{ text: state, style: 'strong' }],
    ...(changed === null ? [] : [[{ text: changed }]]),
    [],
    heads('Gate', 'Decision', 'What was found'),
    ...gates.map(({ gate, decision, detail }) => row(gate, decision, detail)),
    [],
    heads('Sign-off', 'Name', 'Signed'),
    ...signOffs.map(({ role, name, at, lapsed }) =>
      row(role, name ?? lapsed ?? 'not signed', at === null ? '' : minuteText(at)),
    ),
    [],
    heads('Note about', 'Who and when', 'Note'),
    ...notes.map(({ about, author, at, body }) => row(about, `${author}, ${minuteText(at)}`, body)),
    [],
    heads('Hash', '', 'SHA-256'),
    ...hashes.map(([name, value]) => row(name, '', value)),
  ];
}

const heads = (...texts: readonly string[]): readonly SheetCell[] => texts.map((text) => ({ text, style: 'head' }));
const row = (...texts: readonly string[]): readonly SheetCell[] => texts.map((text) => ({ text, style: 'wrap' }));
