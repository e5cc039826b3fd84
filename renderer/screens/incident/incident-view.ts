import type { IncidentView, MonthIncidents } from '../../../shared/contract/incident-schemas.ts';
import { formatCount, MINUS, signOfText } from '../../format/number.ts';
import { formatRange } from '../../format/time.ts';
import { CAUSE_WORDS, type Mark, plural, type Tone } from '../../format/words.ts';

type Worth = IncidentView['money'];

/** What is known of the month's drift, in a sentence beside the heading. */
export function incidentsSentence({ incidents, unexplained }: MonthIncidents): string {
  const cells = incidents.reduce((sum, incident) => sum + incident.cells, 0);
  const known = `${formatCount(incidents.length)} ${plural(incidents.length, 'explains', 'explain')} ${formatCount(cells)} ${plural(cells, 'cell')}`;
  if (unexplained.cells === 0) return `${known}; nothing is unexplained.`;
  const rest = `${formatCount(unexplained.cells)} ${plural(unexplained.cells, 'is', 'are')} unexplained`;
  if (incidents.length > 0) return `${known}; ${rest}.`;
  return `No cause is known of ${formatCount(unexplained.cells)} ${plural(unexplained.cells, 'cell')}.`;
}

/** The sentence without the price at its end, which stands in a column of its own. */
export const withoutWorth = (sentence: string): string => sentence.replace(/, worth [^,].*\.$/, '.');

/** Amounts in the order in which the month lists its currencies; what comes to nothing is left out beside others. */
export function worthOf(money: Worth, currencies: readonly string[]): Worth {
  const place = (currency: string): number => {
    const index = currencies.indexOf(currency);
    return index < 0 ? currencies.length : index;
  };
  const sorted = [...money].sort((a, b) => place(a.currency) - place(b.currency));
  const some = sorted.filter(({ difference }) => signOfText(difference) !== 0);
  return some.length > 0 ? some : sorted.slice(0, 1);
}

/** Less than was used, more, or both: the shape of a verdict, as in the table. */
export function incidentMark({ code, money, quantities }: Pick<IncidentView, 'code' | 'money' | 'quantities'>): {
  readonly mark: Mark;
  readonly tone: Tone;
} {
  if (code === 'late_push') return { mark: 'clock', tone: 'structural' };
  if (code === 'unmapped' || code === 'ambiguous_mapping') return { mark: 'unmapped', tone: 'structural' };
  const signs = [...quantities.map(({ worth }) => worth), ...money.map(({ difference }) => difference)].map(signOfText);
  const isUnder = signs.includes(1);
  const isOver = signs.includes(-1);
  return { mark: isUnder && isOver ? 'differs' : isOver ? 'over' : 'under', tone: 'structural' };
}

/** Which incident it is, for a filter: `Missed push, 14 May 03:00–07:00 UTC`. */
export function incidentName({ code, hours, factor }: Pick<IncidentView, 'code' | 'hours' | 'factor'>): string {
  const where = hours === null ? null : formatRange(hours.from, hours.to);
  return [CAUSE_WORDS[code], where, factor === null ? null : factorText(code, factor)]
    .filter((part) => part !== null)
    .join(', ');
}

/** `×1024`, `÷1000`; of a shift `+3 h`. */
export function factorText(code: IncidentView['code'], factor: string): string {
  if (code === 'zone_shift') return `${factor.startsWith('-') ? `${MINUS}${factor.slice(1)}` : `+${factor}`} h`;
  return factor.startsWith('1/') ? `÷${factor.slice(2)}` : `×${factor}`;
}
