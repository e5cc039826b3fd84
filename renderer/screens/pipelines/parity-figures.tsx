import type { ReactNode } from 'react';
import type { ParityView } from '../../../shared/contract/pipelines-schemas.ts';
import { formatCount, formatDifference, formatPercent, formatQuantity } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { moneyWords } from './pipelines-view.ts';

/** Both measurements over the hours shown, what lies between them, and how the hours came out. */
export function ParityFigures({ parity }: { parity: ParityView }) {
  const { totals, unit, pipeline } = parity;
  const { clean, dirty, missing, money } = totals;
  return (
    <dl className="mt-5 flex flex-wrap items-start gap-x-9 gap-y-3">
      <Figure word="Billed today" tone="text-measured" note={unit}>
        {formatQuantity(totals.reference, { maximumPlaces: 2 })}
      </Figure>
      <Figure word={pipeline} tone="text-muted" note={unit}>
        {formatQuantity(totals.candidate, { maximumPlaces: 2 })}
      </Figure>
      <Figure
        word="Difference"
        tone="text-muted"
        note={
          <>
            <span title={totals.difference}>{formatDifference(totals.difference)}</span>
            {money.length > 0 && `, ${moneyWords(money, true)}`}
          </>
        }
        isApart
      >
        {formatPercent(totals.drift)}
      </Figure>
      <Figure
        word="Clean hours"
        tone="text-muted"
        note={`${formatCount(dirty)} not clean, ${formatCount(missing)} not checked`}
        isBad={dirty > 0}
      >
        {formatCount(clean)}
        <span className="text-lead font-normal text-muted">
          {' '}
          of {formatCount(parity.hours.length)} {plural(parity.hours.length, 'hour')}
        </span>
      </Figure>
    </dl>
  );
}

function Figure({
  word,
  tone,
  note,
  children,
  isApart = false,
  isBad = false,
}: {
  word: string;
  tone: string;
  note: ReactNode;
  children: ReactNode;
  isApart?: boolean;
  isBad?: boolean;
}) {
  return (
    <div className={isApart ? 'border-l pl-9' : ''}>
      <dt className={`max-w-[220px] truncate text-table font-medium ${tone}`}>
        <bdi>{word}</bdi>
      </dt>
      <dd>
        <span
          className={`tabular block text-figure font-semibold tracking-[-0.02em] whitespace-nowrap ${isBad ? 'text-structural' : ''}`}
        >
          {children}
        </span>
        <span className="tabular block text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}
