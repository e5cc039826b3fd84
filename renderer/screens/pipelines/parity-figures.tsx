import type { ReactNode } from 'react';
import type { ParityView } from '../../../shared/contract/pipelines-schemas.ts';
import { formatCount, formatDifference, formatPercent, formatQuantity, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { moneyWords } from './pipelines-view.ts';

/** Both measurements over the hours shown, what lies between them, and how the hours came out. */
export function ParityFigures({ parity }: { parity: ParityView }) {
  const { totals, unit, pipeline } = parity;
  const { clean, dirty, missing, money } = totals;
  return (
    <dl className="mt-5 flex flex-wrap items-start gap-x-9 gap-y-3">
      <Figure word="Billed today" tone="text-measured" note={unit}>
        {headline(totals.reference)}
      </Figure>
      <Figure word={pipeline} tone="text-muted" note={unit}>
        {headline(totals.candidate)}
      </Figure>
      <Figure
        word="Difference"
        tone="text-muted"
        note={
          <>
            <span title={totals.difference}>{formatDifference(totals.difference)}</span>
            {money.some(({ amount }) => signOfText(amount) !== 0) && `, ${moneyWords(money, true)}`}
          </>
        }
        isApart
      >
        {formatPercent(totals.drift)}
      </Figure>
      <Figure
        word="Clean hours"
        tone="text-muted"
        note={
          <>
            <span className={dirty > 0 ? 'text-structural' : ''}>{formatCount(dirty)} not clean</span>,{' '}
            {formatCount(missing)} not checked
          </>
        }
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

const MANY_DIGITS = 6;

/** A large quantity without its decimals, which are a hover away; a small one with three. */
function headline(text: string) {
  const whole = text.split('.')[0] ?? '';
  return (
    <span title={text} data-exact={text}>
      {formatQuantity(text, { maximumPlaces: whole.length > MANY_DIGITS ? 0 : 3 })}
    </span>
  );
}

function Figure({
  word,
  tone,
  note,
  children,
  isApart = false,
}: {
  word: string;
  tone: string;
  note: ReactNode;
  children: ReactNode;
  isApart?: boolean;
}) {
  return (
    <div className={isApart ? 'border-l pl-9' : ''}>
      <dt className={`max-w-[220px] truncate text-table font-medium ${tone}`}>
        <bdi>{word}</bdi>
      </dt>
      <dd>
        <span className="tabular block text-figure font-semibold tracking-[-0.02em] whitespace-nowrap">{children}</span>
        <span className="tabular block text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}
