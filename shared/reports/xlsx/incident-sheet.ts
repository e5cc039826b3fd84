import type { IncidentRecord } from '../../reconciliation/explain/month-causes.ts';
import { parseDecimal } from '../../values/decimal.ts';
import { minorDigits } from '../../values/money.ts';
import { CAUSE_WORDS } from '../words.ts';
import { figureCell, type SheetCell, type SheetColumn } from './sheet.ts';
import { moneyStyle } from './styles.ts';

/** What went wrong, one row for each incident and currency. */
export const INCIDENT_COLUMNS: readonly SheetColumn[] = [
  { head: 'What went wrong', width: 70 },
  { head: 'What to do', width: 60 },
  { head: 'Cause', width: 20 },
  { head: 'Sure', width: 10 },
  { head: 'Cells', width: 10, isNumber: true },
  { head: 'Customers', width: 12, isNumber: true },
  { head: 'Meters', width: 30 },
  { head: 'From', width: 22 },
  { head: 'To', width: 22 },
  { head: 'Factor', width: 12 },
  { head: 'Currency', width: 10 },
  { head: 'Difference, amount', width: 18, isNumber: true },
  { head: 'Incident', width: 40 },
];

export function incidentCells(incident: IncidentRecord): readonly (readonly SheetCell[])[] {
  const money = incident.money.length === 0 ? [null] : incident.money;
  return money.map((sum) => [
    wrapped(incident.sentence),
    wrapped(incident.remedy),
    text(CAUSE_WORDS[incident.code]),
    text(incident.confidence),
    count(incident.cells),
    count(incident.customers),
    text(incident.meters.join(', ')),
    text(incident.hours?.from ?? null),
    text(incident.hours?.to ?? null),
    text(incident.factor),
    text(sum?.currency ?? null),
    sum === null ? null : figureCell(parseDecimal(sum.difference), moneyStyle(minorDigits(sum.currency))),
    text(incident.id),
  ]);
}

const text = (value: string | null): SheetCell => (value === null ? null : { text: value });
const wrapped = (value: string): SheetCell => ({ text: value, style: 'wrap' });
const count = (value: number): SheetCell => ({ number: String(value), style: 'count' });
