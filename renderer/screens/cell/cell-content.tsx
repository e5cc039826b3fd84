import { type ReactNode, useMemo, useState } from 'react';
import type { CellDetail, CellKey } from '../../../shared/contract/schemas.ts';
import { BillingLabel, BillingMark } from '../../components/billing-mark.tsx';
import { Amount, Quantity } from '../../components/figure.tsx';
import { PitfallChip } from '../../components/pitfall-chip.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { VerdictLabel } from '../../components/verdict-mark.tsx';
import { useCellDetail } from '../../data/cells.ts';
import { documentOf } from '../../data/errors.ts';
import { useCellCause } from '../../data/incidents.ts';
import { isBilledWrong } from '../../format/billing-words.ts';
import { evidenceWord } from '../../format/meter-words.ts';
import { currencySign } from '../../format/money.ts';
import { formatPercent, formatQuantity, groupNumbersIn, signOfText, widestFraction } from '../../format/number.ts';
import { formatInstantLong, formatMonth } from '../../format/time.ts';
import { customerLabel, meterLabel } from '../../format/words.ts';
import { Billing } from './billing.tsx';
import { Cause, CauseInShort } from './cause.tsx';
import { HoursTable } from './hours-table.tsx';
import { LazyChart } from './lazy-chart.tsx';
import { Notes } from './notes.tsx';
import { PriceLadder } from './price-ladder.tsx';
import { Provenance } from './provenance.tsx';
import { Section, SectionHeading } from './section.tsx';
import { type Prediction, predictionOf, type SeriesMode, shadedHours } from './series.ts';

/** All about one cell: the sentence, the numbers, the hours, the cause, the price, and where it came from. */
export function CellContent({ cell, isNarrow }: { cell: CellKey; isNarrow: boolean }) {
  const query = useCellDetail(cell);
  if (query.isError) {
    return (
      <div className={isNarrow ? 'pt-10' : ''}>
        {!isNarrow && <h1 className="mb-4 text-title font-semibold">Cell</h1>}
        <Failure
          document={documentOf(query.error)}
          meaning="The row in the table stands."
          onRetry={() => void query.refetch()}
        />
      </div>
    );
  }
  if (query.data === undefined) return <CellSkeleton />;
  return <Detail detail={query.data} cell={cell} isNarrow={isNarrow} />;
}

function Detail({ detail, cell, isNarrow }: { detail: CellDetail; cell: CellKey; isNarrow: boolean }) {
  const { row } = detail;
  const { month } = cell;
  const Title = isNarrow ? 'h2' : 'h1';
  const answer = useCellCause(cell, row.cause !== null);
  const cause = row.cause === null ? undefined : (answer.data ?? undefined);
  const shaded = useMemo(() => shadedHours(detail, cause), [detail, cause]);
  const prediction = useMemo(() => predictionOf(cause), [cause]);
  return (
    <SectionHeading value={isNarrow ? 'h3' : 'h2'}>
      <p className="flex items-center gap-2 pr-20 text-table text-muted">
        <VerdictLabel verdict={row.verdict} />
        {row.billing !== null && isBilledWrong(row.billing.verdict) && <BillingLabel verdict={row.billing.verdict} />}
        <span className="truncate">
          {meterLabel(row.meter)} · {formatMonth(month)}
        </span>
      </p>
      <Title className="mt-1 text-title leading-tight font-semibold tracking-[-0.01em]">
        <bdi className="wrap-anywhere">{customerLabel(row)}</bdi>
      </Title>
      <p className="mt-1.5 text-lead">{groupNumbersIn(detail.sentence)}</p>
      {isNarrow && row.cause !== null && <CauseInShort cause={cause ?? row.cause} />}
      <div className={isNarrow ? '' : 'mt-2 grid grid-cols-[minmax(0,1fr)_clamp(400px,30vw,600px)] gap-x-12'}>
        <div>
          <Numbers detail={detail} />
          <PushedForm row={row} />
          <Series detail={detail} shaded={shaded} prediction={prediction} height={isNarrow ? 176 : 260} />
          <HoursTable detail={detail} shaded={shaded} prediction={prediction} isOpen={!isNarrow} />
        </div>
        <div>
          <Cause detail={detail} cell={cell} answer={answer} />
          {row.pitfalls !== undefined && <Pitfalls pitfalls={row.pitfalls} />}
          {detail.priceImpact !== null && <PriceLadder impact={detail.priceImpact} money={row.money} />}
          <Billing detail={detail} month={month} />
          <Notes cell={cell} about={`${customerLabel(row)} · ${meterLabel(row.meter)}`} />
          <Provenance provenance={detail.provenance} row={row} isOpen={!isNarrow} />
        </div>
      </div>
    </SectionHeading>
  );
}

/** The subtraction as an accountant writes it: measured, less metered, is the drift; what was billed beneath. */
function Numbers({ detail }: { detail: CellDetail }) {
  const { row } = detail;
  const { money } = row;
  const places = widestFraction([row.measured, row.metered, row.billed, row.drift?.absolute]);
  const amount = (text: string | null, isDifference = false): ReactNode =>
    money === null ? (
      <span className="text-faint">–</span>
    ) : (
      <Amount text={text} currency={money.currency} isDifference={isDifference} />
    );
  const isOff = signOfText(row.drift?.absolute) !== 0;
  const cell = 'h-7 text-right';
  return (
    <table className="mt-4 w-full max-w-[720px] border-y border-line">
      <caption className="sr-only">Measured, metered, drift and billed, in {row.unit} and in money</caption>
      <thead className="text-label text-muted">
        <tr>
          <td />
          <th scope="col" className="h-6 text-right align-bottom">
            {row.unit}
          </th>
          <th scope="col" className="text-right align-bottom">
            {money === null ? 'no price' : currencySign(money.currency)}
          </th>
          <th scope="col" className="w-[76px]">
            <span className="sr-only">Relative</span>
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row" className="text-measured">
            Measured
          </th>
          <td className={cell}>
            <Quantity text={row.measured} places={places} />
          </td>
          <td className={cell}>{amount(money?.measured ?? null)}</td>
          <td />
        </tr>
        <tr>
          <th scope="row" className="text-metered">
            Metered
          </th>
          <td className={cell}>
            <Quantity text={row.metered} places={places} />
          </td>
          <td className={cell}>{amount(money?.metered ?? null)}</td>
          <td />
        </tr>
        <tr className={`[&>*]:border-t [&>*]:border-line-strong ${isOff ? 'font-semibold' : ''}`}>
          <th scope="row">Drift</th>
          <td className={cell}>
            <Quantity text={row.drift?.absolute ?? null} places={places} isDifference />
          </td>
          <td className={cell}>{amount(money?.difference ?? null, true)}</td>
          <td className={`${cell} tabular font-normal text-muted`} title={row.drift?.relative}>
            {isOff ? formatPercent(row.drift?.relative ?? null) : ''}
          </td>
        </tr>
        <tr>
          <th scope="row" className="text-billed">
            Billed
          </th>
          <td className={cell}>
            <Quantity text={row.billed} places={places} />
          </td>
          <td className={cell}>{amount(money?.billed ?? null)}</td>
          <td className={`${cell} text-label text-faint`}>
            <BilledNote row={row} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** The mark of what is wrong with the billed row, or why nothing stands there. */
function BilledNote({ row: { billed, billing, money } }: { row: CellDetail['row'] }) {
  if (billing !== null && billing.verdict !== 'billed_agree') {
    return (
      <span className="flex justify-end">
        <BillingMark verdict={billing.verdict} isNamed />
      </span>
    );
  }
  return billed === null && money?.billed == null ? 'no invoice' : '';
}

/** What a push cannot carry of the total: rounding, and no part of the drift. */
function PushedForm({ row: { rounding, unit } }: { row: CellDetail['row'] }) {
  if (rounding === undefined) return null;
  if (rounding.pushed === null) {
    return <p className="mt-2 text-table text-muted">No push can carry the measured total: it has too many digits.</p>;
  }
  return (
    <p className="mt-2 text-table text-muted">
      A push has 15 digits and carries <code className="font-mono text-label text-ink">{rounding.pushed}</code> {unit};{' '}
      <code className="font-mono text-label text-ink">{rounding.loss}</code> is rounded off, which is no drift.
    </p>
  );
}

const MODES: readonly { mode: SeriesMode; word: string }[] = [
  { mode: 'hourly', word: 'Hourly' },
  { mode: 'cumulative', word: 'Cumulative' },
];

function Series({
  detail,
  shaded,
  prediction,
  height,
}: {
  detail: CellDetail;
  shaded: CellDetail['explainedBy'];
  prediction: Prediction;
  height: number;
}) {
  const [mode, setMode] = useState<SeriesMode>('hourly');
  const toggle = (
    <fieldset aria-label="How the series is drawn" className="flex rounded-md bg-raised p-0.5">
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
    </fieldset>
  );
  if (detail.hours.length === 0) {
    return (
      <Section title="By the hour">
        <p className="text-muted">The hours of this cell were not pulled, only its total.</p>
      </Section>
    );
  }
  return (
    <Section title="By the hour" aside={toggle}>
      <LazyChart detail={detail} shaded={shaded} prediction={prediction} mode={mode} height={height} />
      {!detail.hasMeteredHours && (
        <p className="mt-1 text-table text-muted">
          Stripe’s total agrees or is absent, so its hours were not asked for.
        </p>
      )}
    </Section>
  );
}

/** An hour or a quantity as it is written elsewhere. */
function evidenceText(text: string): string {
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return formatInstantLong(text);
  return /^-?\d+(\.\d+)?$/.test(text) ? formatQuantity(text) : text;
}

/** What went wrong with the pushes of a meter that keeps the last value. */
function Pitfalls({ pitfalls }: { pitfalls: NonNullable<CellDetail['row']['pitfalls']> }) {
  return (
    <Section title="Pitfalls of keeping the last value">
      <ul className="space-y-3">
        {pitfalls.map(({ code, sentence, evidence }) => (
          <li key={code}>
            <PitfallChip code={code} />
            <p className="mt-1 wrap-anywhere">{groupNumbersIn(sentence)}</p>
            <dl className="mt-0.5 text-table">
              {Object.entries(evidence).map(([key, value]) => (
                <div key={key} className="grid grid-cols-[112px_minmax(0,1fr)] gap-3">
                  <dt className="text-muted">{evidenceWord(key)}</dt>
                  <dd className="tabular wrap-anywhere">{[value].flat().map(evidenceText).join(', ')}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
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
