// biome-ignore-all lint/a11y/noRedundantRoles: rows are placed one by one, and a browser drops the roles of a table that is not displayed as one
import { ChevronRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ScenarioOverview, TimelineRow } from '../../../shared/contract/simulate-schemas.ts';
import { Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useTimeline } from '../../data/simulate.ts';
import { formatHour } from '../../format/time.ts';
import { useRowWindow } from '../../table/use-row-window.ts';
import { KindMark } from './mark.tsx';
import { timelineWords } from './simulate-words.ts';

const ROW_PX = 28;
const SHOWN_ROWS = 9;

/** All that happens, in order; what the clock has not reached yet is pale. */
export function Timeline({
  digest,
  overview,
  index,
  onMove,
}: {
  digest: string;
  overview: ScenarioOverview;
  index: number;
  onMove: (index: number) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [unfolded, setUnfolded] = useState<readonly string[]>([]);
  const [count, setCount] = useState(0);
  const grid = useRowWindow(count, ROW_PX, 0, scroller);
  const visible = { first: grid.rows[0]?.index ?? 0, last: grid.rows.at(-1)?.index ?? 0 };
  const list = useTimeline({ digest, unfolded }, visible);
  const total = list.total ?? 0;
  useEffect(() => setCount(total), [total]);
  const reached = overview.heads[index]?.rows ?? 0;
  const isFolded = unfolded.length === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the clock moves the list
  useEffect(() => {
    if (!isFolded || count === 0) return;
    scroller.current?.scrollTo({ top: Math.max(0, (reached - SHOWN_ROWS / 2 - 1) * ROW_PX) });
  }, [reached, count > 0]);
  const toggle = (key: string): void =>
    setUnfolded((before) => (before.includes(key) ? before.filter((other) => other !== key) : [...before, key]));
  return (
    <section aria-label="Timeline" className="px-5 pt-4">
      <h2 className="mb-1 flex items-baseline gap-3 font-semibold">
        Timeline
        {overview.isGrouped && <span className="text-table font-normal text-faint">usage by the day</span>}
      </h2>
      {list.error !== null && documentOf(list.error).code !== 'scenario.text_gone' && (
        <Failure document={documentOf(list.error)} meaning="The figures below stand." />
      )}
      <section
        ref={scroller}
        aria-label="All that happens"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="overflow-y-auto rounded-md border border-line text-table"
        style={{ height: Math.min(SHOWN_ROWS, Math.max(1, total)) * ROW_PX + 2 }}
      >
        <table role="table" aria-label="What happens, in order" aria-rowcount={total} className="block">
          <tbody role="rowgroup" className="relative block" style={{ height: total * ROW_PX }}>
            {grid.rows.map(({ index: at, top }) => (
              <Line
                key={at}
                row={list.rowAt(at)}
                place={at}
                top={top}
                head={index}
                isOpen={unfolded.includes(list.rowAt(at)?.key ?? '')}
                onMove={onMove}
                onToggle={toggle}
              />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Line({
  row,
  place,
  top,
  head,
  isOpen,
  onMove,
  onToggle,
}: {
  row: TimelineRow | undefined;
  place: number;
  top: number;
  head: number;
  isOpen: boolean;
  onMove: (index: number) => void;
  onToggle: (key: string) => void;
}) {
  const style = { transform: `translateY(${top}px)`, height: ROW_PX };
  const base = 'absolute inset-x-0 flex items-center gap-3 px-3 whitespace-nowrap';
  if (row === undefined) {
    return (
      <tr role="row" aria-rowindex={place + 1} className={base} style={style}>
        <td role="cell" className="skeleton h-3 w-1/3" />
      </tr>
    );
  }
  const { kind, title, detail } = timelineWords(row);
  const isNow = row.head === head;
  const isAhead = row.head > head;
  return (
    <tr
      role="row"
      aria-rowindex={place + 1}
      {...(isNow ? { 'aria-current': 'step' as const } : {})}
      className={`${base} ${isNow ? 'bg-selected' : ''} ${isAhead ? 'text-faint' : ''}`}
      style={style}
    >
      <th role="rowheader" scope="row" className="w-[92px] shrink-0">
        <button
          type="button"
          tabIndex={-1}
          title={`Move the clock to ${row.at}`}
          onClick={() => onMove(row.head)}
          className="tabular rounded text-left hover:text-accent hover:underline"
        >
          {formatHour(row.at)}
        </button>
      </th>
      <td role="cell" className={`flex min-w-0 flex-1 items-center gap-2 ${row.isInner ? 'pl-6' : ''}`}>
        <span className={isAhead ? 'opacity-50' : ''}>
          <KindMark kind={kind} />
        </span>
        {row.group === null ? (
          <span className={`shrink-0 ${isAhead ? '' : 'text-ink'}`}>{title}</span>
        ) : (
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => onToggle(row.key)}
            className="flex shrink-0 items-center gap-1 hover:text-accent"
          >
            {title}
            <ChevronRight size={12} aria-hidden="true" className={isOpen ? 'rotate-90' : ''} />
          </button>
        )}
        <bdi className={`min-w-0 truncate ${isAhead ? '' : 'text-muted'}`} title={detail}>
          {detail}
        </bdi>
      </td>
    </tr>
  );
}
