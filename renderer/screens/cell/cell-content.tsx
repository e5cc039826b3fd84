import { type ReactNode, useState } from 'react';
import type { CellDetail, CellKey } from '../../../shared/contract/schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { VerdictLabel } from '../../components/verdict-mark.tsx';
import { useCellDetail } from '../../data/cells.ts';
import { documentOf } from '../../data/errors.ts';
import { formatMoney } from '../../format/money.ts';
import { formatPercent, signOfText } from '../../format/number.ts';
import { formatMonth, formatRange } from '../../format/time.ts';
import { CAUSE_WORDS, CONFIDENCE_WORDS, customerLabel, meterLabel } from '../../format/words.ts';
import { HoursTable } from './hours-table.tsx';
import { PriceLadder } from './price-ladder.tsx';
import { Provenance } from './provenance.tsx';
import type { SeriesMode } from './series.ts';
import { SeriesChart } from './series-chart.tsx';

/** All about one cell: the sentence, the numbers, the hours, the cause, the price, and where it came from. */
export function CellContent({ cell, isNarrow }: { cell: CellKey; isNarrow: boolean }) {
  const query = useCellDetail(cell);
  if (query.isError) {
    return (
      <div className={isNarrow ? 'pt-10' : ''}>
        <Failure
          document={documentOf(query.error)}
          meaning="The row in the table stands."
          onRetry={() => void query.refetch()}
        />
      </div>
    );
  }
  if (query.data === undefined) return <CellSkeleton />;
  return <Detail detail={query.data} month={cell.month} isNarrow={isNarrow} />;
}

function Detail({ detail, month, isNarrow }: { detail: CellDetail; month: string; isNarrow: boolean }) {
  const { row } = detail;
  const Title = isNarrow ? 'h2' : 'h1';
  return (
    <>
      <p className="flex items-center gap-2 pr-20 text-table text-muted">
        <VerdictLabel verdict={row.verdict} />
        <span className="truncate">
          {meterLabel(row.meter)} · {formatMonth(month)}
        </span>
      </p>
      <Title className="mt-1 text-title leading-tight font-semibold tracking-[-0.01em]">
        <bdi className="wrap-anywhere">{customerLabel(row)}</bdi>
      </Title>
      <p className="mt-1.5 text-lead">{detail.sentence}</p>
      <Numbers detail={detail} />
      <div className={isNarrow ? '' : 'grid grid-cols-[minmax(0,1fr)_380px] gap-x-10'}>
        <div>
          <Series detail={detail} height={isNarrow ? 176 : 260} />
          <HoursTable detail={detail} isOpen={!isNarrow} />
        </div>
        <div>
          {row.cause !== null && <Cause detail={detail} />}
          {detail.priceImpact !== null && <PriceLadder impact={detail.priceImpact} money={row.money} unit={row.unit} />}
          <Provenance provenance={detail.provenance} row={row} isOpen={!isNarrow} />
        </div>
      </div>
    </>
  );
}

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="mt-6">
      <div className="mb-2 flex h-7 items-center justify-between border-b border-line">
        <h3 className="font-semibold">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}

function Numbers({ detail }: { detail: CellDetail }) {
  const { row } = detail;
  const { money } = row;
  return (
    <dl className="mt-4 grid grid-cols-4 gap-x-4 border-y border-line py-3 text-table">
      <Number
        word="Measured"
        tone="text-measured"
        money={money === null ? null : formatMoney(money.measured, money.currency)}
      >
        <Quantity text={row.measured} />
      </Number>
      <Number
        word="Metered"
        tone="text-metered"
        money={money === null ? null : formatMoney(money.metered, money.currency)}
      >
        <Quantity text={row.metered} />
      </Number>
      <Number
        word="Drift"
        tone="text-muted"
        money={
          money === null ? null : (
            <>
              <span className={signOfText(money.difference) === 0 ? '' : 'font-medium text-ink'}>
                {formatMoney(money.difference, money.currency, true)}
              </span>
              {row.drift !== null && signOfText(row.drift.absolute) !== 0 && (
                <span title={row.drift.relative}> · {formatPercent(row.drift.relative)}</span>
              )}
            </>
          )
        }
      >
        <Quantity text={row.drift?.absolute ?? null} isDifference />
      </Number>
      <Number
        word="Billed"
        tone="text-billed"
        money={money === null ? null : formatMoney(money.billed, money.currency)}
      >
        <Quantity text={row.billed} />
      </Number>
    </dl>
  );
}

function Number({
  word,
  tone,
  money,
  children,
}: {
  word: string;
  tone: string;
  money: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <dt className={`font-medium ${tone}`}>{word}</dt>
      <dd>
        <span className="block overflow-hidden text-lead font-semibold text-ellipsis">{children}</span>
        <span className="tabular block text-muted">{money ?? 'no price'}</span>
      </dd>
    </div>
  );
}

const MODES: readonly { mode: SeriesMode; word: string }[] = [
  { mode: 'hourly', word: 'Hourly' },
  { mode: 'cumulative', word: 'Cumulative' },
];

function Series({ detail, height }: { detail: CellDetail; height: number }) {
  const [mode, setMode] = useState<SeriesMode>('hourly');
  const toggle = (
    <div role="group" aria-label="How the series is drawn" className="flex rounded-md bg-raised p-0.5">
      {MODES.map(({ mode: option, word }) => (
        <button
          key={option}
          type="button"
          aria-pressed={mode === option}
          onClick={() => setMode(option)}
          className="h-5 rounded px-2 text-label text-muted hover:text-ink aria-pressed:bg-page aria-pressed:font-medium aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--line-strong)]"
        >
          {word}
        </button>
      ))}
    </div>
  );
  if (detail.hours.length === 0) {
    return (
      <Section title="By the hour">
        <p className="text-muted">No hours are in the cache for this cell; its total was pulled alone.</p>
      </Section>
    );
  }
  return (
    <Section title="By the hour" aside={toggle}>
      <SeriesChart detail={detail} mode={mode} height={height} />
      {!detail.hasMeteredHours && (
        <p className="mt-1 text-table text-muted">
          Stripe’s total agrees or is absent, so its hours were not asked for.
        </p>
      )}
    </Section>
  );
}

function Cause({ detail }: { detail: CellDetail }) {
  const { cause } = detail.row;
  if (cause === null) return null;
  return (
    <Section title="Why" aside={<span className="text-table text-muted">{CONFIDENCE_WORDS[cause.confidence]}</span>}>
      <p className="font-medium">
        {CAUSE_WORDS[cause.code]}
        {cause.also !== undefined && cause.also.length > 0 && (
          <span className="font-normal text-muted">
            {' '}
            with {cause.also.map((code) => CAUSE_WORDS[code].toLowerCase()).join(', ')}
          </span>
        )}
      </p>
      <p className="mt-0.5 wrap-anywhere text-muted">{cause.evidence}</p>
      {detail.explainedBy.length > 0 && (
        <ul className="mt-1.5">
          {detail.explainedBy.map(({ from, to, label }) => (
            <li key={from} className="tabular flex items-center gap-2 text-table">
              <span className="h-2.5 w-2.5 shrink-0 border-t-2 border-structural bg-structural-wash" />
              {formatRange(from, to)}
              <span className="text-muted">{label}</span>
            </li>
          ))}
        </ul>
      )}
      {detail.remedy !== null && (
        <p className="mt-3 rounded-md bg-selected px-3 py-2">
          <span className="font-medium">Next: </span>
          {detail.remedy}
        </p>
      )}
    </Section>
  );
}

function CellSkeleton() {
  return (
    <div role="status" aria-label="Loading the cell" className="space-y-4">
      <Skeleton width="40%" height={12} />
      <Skeleton width="60%" height={22} />
      <Skeleton width="80%" height={14} />
      <Skeleton height={64} />
      <Skeleton height={220} />
      <Skeleton width="70%" />
      <Skeleton width="50%" />
    </div>
  );
}
