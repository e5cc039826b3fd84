import { layout } from '../../../shared/reports/layout.ts';
import {
  type Decimal,
  decimal,
  formatDecimal,
  multiply,
  normalize,
  parseDecimal,
  round,
} from '../../../shared/values/decimal.ts';
import { formatDayAndHour } from '../../../shared/values/instant.ts';
import { hourCounts, isConcern, type ParityReport, problemsOf } from './parity-report.ts';
import {
  differenceOf,
  type ParityHour,
  type ParityRow,
  type ParityTable,
  shareOf,
  standingAlert,
} from './parity-table.ts';

const HOUR_WORDS: Readonly<Record<ParityHour['state'], string>> = {
  clean: '✓ clean',
  drift: '✗ departs',
  missing: '? not checked',
};

const STATE_WORDS: Readonly<Record<ParityRow['state'], string>> = {
  left_out: 'left out',
  agrees: 'agrees',
  flagged: 'departs',
  material: 'departs, material',
  one_sided: 'one side only',
  unverified: 'cannot be read',
};

/** What `tieout parity` prints: how long both agree, the hours, and the customers that depart with why. */
export function parityText(report: ParityReport, options: { readonly limit: number }): string {
  const parts = [soakSentence(report)];
  for (const table of report.tables) parts.push('', ...tableText(table, options.limit));
  const problems = problemsOf(report);
  if (problems.length > 0)
    parts.push('', ...problems.map(({ message, remedy }) => `? ${message} ${remedy ?? ''}`.trim()));
  return `${parts.join('\n')}\n`;
}

/** "edge: 23 of 24 hours are clean. 14 May 03:00 departs; the clock starts again after it." */
export function soakSentence({ pipeline, soak, rules }: Pick<ParityReport, 'pipeline' | 'soak' | 'rules'>): string {
  const { isReady, cleanHours, blockedAt, reason } = soak;
  if (isReady)
    return `${pipeline}: the newest ${rules.requiredHours} due hours are checked and clean: it may be switched to.`;
  const hours = `${cleanHours} of ${rules.requiredHours} hours ${cleanHours === 1 ? 'is' : 'are'} clean`;
  if (blockedAt === null) return `${pipeline}: ${hours}.`;
  const why = reason === 'drift' ? 'is not' : 'was not checked';
  return `${pipeline}: ${hours}; ${formatDayAndHour(blockedAt)} UTC ${why}.`;
}

function tableText(table: ParityTable, limit: number): readonly string[] {
  const { meter, hours, rows } = table;
  const { clean, dirty, missing } = hourCounts(table);
  const alert = standingAlert(table);
  const parts = [`${meter.meter} (${meter.unit}): ${clean} hours clean, ${dirty} not, ${missing} not checked.`];
  if (alert.isAlert && alert.since !== null) {
    parts.push(`Alert: systemic for ${alert.streak} hours in a row, since ${formatDayAndHour(alert.since)} UTC.`);
  }
  const shown = hours.filter(({ state }) => state !== 'missing').slice(-limit);
  if (shown.length > 0) parts.push(...hourTable(shown));
  const concerns = rows.filter(isConcern);
  if (concerns.length > 0) parts.push('', ...customerTable(concerns.slice(0, limit)));
  if (concerns.length > limit) parts.push(`and ${concerns.length - limit} more; --limit or --json gives all`);
  for (const { usageId, causes } of concerns.slice(0, limit)) {
    for (const { code, evidence } of causes) parts.push(`  ${usageId}: ${code} — ${evidence}`);
  }
  return parts;
}

const hourTable = (hours: readonly ParityHour[]): readonly string[] =>
  layout(
    ['hour (UTC)', '', 'reference', 'pipeline', 'drift', 'customers', 'depart', 'one side', 'unread', ''],
    hours.map(({ at, state, bucket, before }) => [
      formatDayAndHour(at),
      HOUR_WORDS[state],
      quantityText(bucket?.reference),
      quantityText(bucket?.candidate),
      percent(bucket === null ? null : parseDecimal(bucket.aggregate)),
      String(bucket?.checked ?? ''),
      String(bucket?.flagged ?? ''),
      String(bucket?.oneSided ?? ''),
      String(bucket?.unverified.length ?? ''),
      before === null ? '' : `at ${formatDayAndHour(before.checkedAt)} ${before.isClean ? 'clean' : 'not clean'}`,
    ]),
    'llrrrrrrrl',
  );

const customerTable = (rows: readonly ParityRow[]): readonly string[] =>
  layout(
    ['customer', 'usage id', '', 'reference', 'pipeline', 'difference', 'drift', 'hours', 'cause'],
    rows.map((row) => [
      row.customer?.name ?? row.customer?.id ?? '',
      row.usageId,
      STATE_WORDS[row.state],
      shortText(row.reference),
      shortText(row.candidate),
      shortText(differenceOf(row)),
      percent(shareOf(row)),
      String(row.hours.flagged + row.hours.unverified),
      row.causes[0]?.code ?? '',
    ]),
    'lllrrrrrl',
  );

const SHOWN_PLACES = 3;
const shortText = (value: Decimal | null): string =>
  value === null ? '?' : formatDecimal(normalize(round(value, SHOWN_PLACES, 'half_up')));
const quantityText = (text: string | undefined): string => (text === undefined ? '' : shortText(parseDecimal(text)));

export const percent = (share: Decimal | null): string => {
  if (share === null) return '?';
  const value = round(multiply(share, decimal(100n)), 2, 'half_up');
  return `${value.coefficient > 0n ? '+' : ''}${formatDecimal(normalize(value))} %`;
};
