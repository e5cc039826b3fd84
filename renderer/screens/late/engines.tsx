import { useState } from 'react';
import type { LateAdjustment, LateDetail, LateEngine, LateLine } from '../../../shared/contract/late-schemas.ts';
import { componentWords, ENGINE_WORDS, isFlat } from '../../format/late-words.ts';
import { formatMoney } from '../../format/money.ts';
import { formatDifference, signOfText } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { Section } from '../cell/section.tsx';

const VIEWS = [
  { view: 'lines', word: 'Line by line' },
  { view: 'adjustments', word: 'As an invoice carries it' },
] as const;
type View = (typeof VIEWS)[number]['view'];

/** The correction as either engine books it, side by side; both come to the same. */
export function Engines({ detail }: { detail: LateDetail }) {
  const [view, setView] = useState<View>('lines');
  const { engines, row } = detail;
  if (engines === null) return null;
  if (engines.delta.lines.length + engines.period_preserving.lines.length === 0) {
    return (
      <Section title="What is to be booked">
        <p className="text-muted">Nothing: what was booked is what the usage costs.</p>
      </Section>
    );
  }
  return (
    <Section
      title="What is to be booked"
      aside={
        <span className="flex rounded-md bg-raised p-0.5">
          {VIEWS.map(({ view: each, word }) => (
            <button
              key={each}
              type="button"
              aria-pressed={view === each}
              onClick={() => setView(each)}
              className="h-5 rounded px-1.5 text-label text-muted hover:text-ink aria-pressed:bg-page aria-pressed:font-medium aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--line-strong)]"
            >
              {word}
            </button>
          ))}
        </span>
      }
    >
      <div className="grid gap-x-6 gap-y-5 @min-[430px]:grid-cols-2">
        {(['period_preserving', 'delta'] as const).map((engine) => (
          <EngineColumn key={engine} engine={engine} result={engines[engine]} currency={row.currency} view={view} />
        ))}
      </div>
    </Section>
  );
}

function EngineColumn({
  engine,
  result,
  currency,
  view,
}: {
  engine: LateEngine;
  result: NonNullable<LateDetail['engines']>[LateEngine];
  currency: string;
  view: View;
}) {
  const { word, meaning } = ENGINE_WORDS[engine];
  return (
    <section aria-label={word} className="flex min-w-0 flex-col">
      <h4 className="font-medium">{word}</h4>
      <p className="text-label text-faint">{meaning}</p>
      <ul className="mt-1.5 flex-1 border-t border-line-strong">
        {view === 'lines'
          ? [...result.lines.entries()].map(([place, line]) => (
              <EngineLine key={`${place} ${line.key}`} line={line} currency={currency} />
            ))
          : [...result.adjustments.entries()].map(([place, adjustment]) => (
              <Adjustment
                key={`${place} ${adjustment.component} ${adjustment.servicePeriod.from}`}
                adjustment={adjustment}
                currency={currency}
              />
            ))}
      </ul>
      <p className="flex justify-between gap-3 border-t border-line-strong py-1.5 font-semibold">
        <span>Total</span>
        <span className="tabular">{formatMoney(result.total, currency, true)}</span>
      </p>
    </section>
  );
}

function EngineLine({ line, currency }: { line: LateLine; currency: string }) {
  const { component, quantity, unitAmount, servicePeriod, correctsRun, total, discounts, reversesLines } = line;
  return (
    <li className="border-b border-line py-1.5 text-table last:border-0">
      <p className="flex justify-between gap-3">
        <span>{componentWords(component)}</span>
        <span className="tabular whitespace-nowrap">{formatMoney(total, currency, true)}</span>
      </p>
      <p className="tabular text-label text-muted">
        {isFlat(component) ? 'Once' : `${formatDifference(quantity)} × ${formatMoney(unitAmount, currency)}`}
        {signOfText(discounts) !== 0 && `, less ${formatMoney(discounts, currency)} discount`}
      </p>
      <p className="text-label text-faint">
        {formatPeriod(servicePeriod.from, servicePeriod.to)}
        {correctsRun !== null && `, corrects run ${correctsRun}`}
        {reversesLines.length > 0 && (
          <span title={reversesLines.join(', ')}>
            , takes back <span className="font-mono">{reversesLines[0]}</span>
            {reversesLines.length > 1 && ` and ${reversesLines.length - 1} more`}
          </span>
        )}
      </p>
    </li>
  );
}

function Adjustment({ adjustment, currency }: { adjustment: LateAdjustment; currency: string }) {
  const { component, servicePeriod, correctsRun, amount } = adjustment;
  return (
    <li className="border-b border-line py-1.5 text-table last:border-0">
      <p className="flex justify-between gap-3">
        <span>{componentWords(component)}</span>
        <span className="tabular whitespace-nowrap">{formatMoney(amount, currency, true)}</span>
      </p>
      <p className="text-label text-faint">
        1 × adjustment for {formatPeriod(servicePeriod.from, servicePeriod.to)}
        {correctsRun !== null && `, corrects run ${correctsRun}`}
      </p>
    </li>
  );
}
