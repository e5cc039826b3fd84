import { formatPercent, formatQuantity } from '../../format/number.ts';
import type { ChartHour } from './hour-chart.tsx';
import { hourWords } from './pipelines-view.ts';

/** What the lines are, with the figures of the hour that is pointed at. */
export function ChartLegend({ pipeline, unit, hour }: { pipeline: string; unit: string; hour: ChartHour | undefined }) {
  return (
    <div className="tabular flex h-6 items-center gap-4 text-table whitespace-nowrap">
      <Line className="border-measured" word="Billed today" text={hour?.reference} />
      <Line className="border-dashed border-ink" word={pipeline} text={hour?.candidate} />
      {hour !== undefined && hour.drift !== null && (
        <span className={hour.isOff ? 'font-medium text-structural' : 'text-muted'}>{formatPercent(hour.drift)}</span>
      )}
      <span className="min-w-0 flex-1 truncate text-right text-faint">
        {hour === undefined ? `${unit}, by the hour` : hourWords(hour.at)}
      </span>
    </div>
  );
}

function Line({ className, word, text }: { className: string; word: string; text: string | null | undefined }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <span className={`w-4 shrink-0 border-t-2 ${className}`} />
      <bdi className="max-w-[180px] truncate text-muted">{word}</bdi>
      {text !== undefined && <span className="font-medium">{formatQuantity(text)}</span>}
    </span>
  );
}
