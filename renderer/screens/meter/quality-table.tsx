import { Link } from '@tanstack/react-router';
import type { MeterPage } from '../../../shared/contract/meter-schemas.ts';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { formatCount } from '../../format/number.ts';
import { checkWord } from '../../format/quality-words.ts';
import { formatMonth } from '../../format/time.ts';
import { plural } from '../../format/words.ts';

type Row = MeterPage['quality'][number];

/** What the checks of each month's rows found, of this meter alone. */
export function QualityTable({ page }: { page: MeterPage }) {
  const { quality } = page;
  return (
    <section aria-labelledby="quality" className="min-w-0">
      <h2 id="quality" className="text-lead font-semibold">
        Data quality
      </h2>
      <p className="text-muted">{sentence(quality)}</p>
      {quality.length > 0 && (
        <ul className="mt-1 border-t border-line-strong">
          {quality.map((row) => (
            <li
              key={row.month}
              className="grid grid-cols-[84px_minmax(0,1fr)] gap-3 border-b border-line px-1.5 py-1.5 text-table"
            >
              <Link
                to="/months/$month"
                params={{ month: row.month }}
                search={{ meters: [page.meter] }}
                className="whitespace-nowrap hover:text-accent"
              >
                {formatMonth(row.month)}
              </Link>
              <Findings row={row} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Findings({ row: { quality } }: { row: Row }) {
  const { findings, checks, decision } = quality;
  if (findings.length === 0) {
    const isGood = decision === 'pass';
    return (
      <span className="flex items-center gap-1.5 text-muted">
        <MarkShape mark={isGood ? 'check' : 'hatched'} tone={isGood ? 'agree' : 'incomplete'} />
        {isGood ? `All ${formatCount(checks)} checks passed` : 'Not checked; pull again to check'}
      </span>
    );
  }
  return (
    <ul className="min-w-0">
      {findings.map(({ check, level, lines }) => (
        <li key={check} className="flex min-w-0 items-start gap-1.5">
          <MarkShape
            mark={level === 'failed' ? 'invalid' : 'dash'}
            tone={level === 'failed' ? 'structural' : 'stale'}
            label={level === 'failed' ? 'Failed' : 'Warning'}
            className="mt-px"
          />
          <span className="min-w-0 wrap-anywhere">
            <span className={`font-medium ${level === 'failed' ? 'text-structural' : ''}`}>{checkWord(check)}</span>
            <span className="text-muted">
              {' '}
              · {lines[0]?.sentence}
              {lines.length > 1 && ` And ${formatCount(lines.length - 1)} more.`}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function sentence(rows: readonly Row[]): string {
  const checked = rows.filter(({ quality }) => quality.decision !== 'not_checked');
  if (checked.length === 0) return 'No month of this meter has been checked yet: pull one.';
  const found = checked.filter(({ quality }) => quality.findings.length > 0).length;
  return found === 0
    ? `Every check of ${checked.length} ${plural(checked.length, 'month')} passed.`
    : `Something was found in ${found} of ${checked.length} ${plural(checked.length, 'month')}.`;
}
