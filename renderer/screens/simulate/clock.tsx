import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, Pause, Play } from 'lucide-react';
import type { ScenarioOverview } from '../../../shared/contract/simulate-schemas.ts';
import { IconButton, Key } from '../../components/button.tsx';
import { formatDay, formatInstantLong } from '../../format/time.ts';
import { KindMark } from './mark.tsx';
import { headText, kindOfType, type MarkKind } from './simulate-words.ts';
import type { ClockControl } from './use-clock.ts';

/** The clock's head: where it stands, step, play and scrub. */
export function Clock({ overview, clock }: { overview: ScenarioOverview; clock: ClockControl }) {
  const { heads } = overview;
  const { index, isPlaying } = clock;
  const head = heads[index];
  const last = heads.length - 1;
  if (head === undefined) return null;
  return (
    <section aria-label="Clock" className="@container border-b border-line bg-page px-5 pt-3 pb-2">
      <div className="flex items-center gap-1">
        <IconButton label="Back to the start (Home)" disabled={index === 0} onClick={clock.reset}>
          <ChevronFirst size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label="Step back (←)" disabled={index === 0} onClick={() => clock.step(-1)}>
          <ChevronLeft size={16} aria-hidden="true" />
        </IconButton>
        <IconButton
          label={isPlaying ? 'Pause (p)' : 'Play (p)'}
          onClick={clock.toggle}
          className="border border-line-strong"
        >
          {isPlaying ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
        </IconButton>
        <IconButton label="Step on (→)" disabled={index === last} onClick={() => clock.step(1)}>
          <ChevronRight size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label="To the end (End)" disabled={index === last} onClick={clock.finish}>
          <ChevronLast size={16} aria-hidden="true" />
        </IconButton>
        <p className="tabular ml-2 min-w-0 flex-1 truncate">
          <span className="font-semibold">{formatInstantLong(head.at)}</span>
          <span className="pl-3 text-table text-muted">
            {index + 1} of {heads.length}
          </span>
        </p>
        <span className="hidden items-center gap-1 text-label text-faint @min-[540px]:flex">
          <Key>←</Key>
          <Key>→</Key> step
          <span className="w-1" />
          <Key>p</Key> play
        </span>
      </div>
      <Track heads={heads} index={index} onMove={clock.moveTo} />
    </section>
  );
}

const place = (index: number, count: number): string => `${count <= 1 ? 50 : (100 * index) / (count - 1)}%`;

/** A per cent of the width, and pixels from the top. */
const at = (x: string, y: number) => ({ transform: `translate(${x}, ${y}px)` });

/** Every instant at which something happens, side by side, however far apart in time. */
function Track({
  heads,
  index,
  onMove,
}: {
  heads: ScenarioOverview['heads'];
  index: number;
  onMove: (index: number) => void;
}) {
  const head = heads[index];
  const busiest = Math.max(1, ...heads.map(({ accepted }) => accepted));
  return (
    <div className="mt-2 px-1">
      <div className="relative h-[58px] rounded-md outline-offset-2 has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-(--focus)">
        <svg aria-hidden="true" className="absolute inset-0 size-full overflow-visible">
          <line x1="0" x2="100%" y1="30" y2="30" className="stroke-line-strong" />
          <line x1="0" x2={place(index, heads.length)} y1="30" y2="30" className="stroke-accent" strokeWidth="2" />
          {heads.map(({ accepted, troubled, events, ...one }, at_) => {
            const isPast = at_ <= index;
            return (
              <g key={one.at} className={isPast ? '' : 'opacity-40'}>
                <UsageBar x={place(at_, heads.length)} accepted={accepted} troubled={troubled} busiest={busiest} />
                {kindsOf(events).map((kind, row) => (
                  <g key={kind} style={at(place(at_, heads.length), 36 + row * 11)}>
                    <g transform="translate(-5 0)">
                      <KindMark kind={kind} />
                    </g>
                  </g>
                ))}
              </g>
            );
          })}
          <line
            x1={place(index, heads.length)}
            x2={place(index, heads.length)}
            y1="0"
            y2="58"
            className="stroke-accent"
            strokeWidth="1.500"
          />
          <circle cx={place(index, heads.length)} cy="30" r="5" className="fill-accent-fill" />
        </svg>
        <input
          type="range"
          aria-label="Clock"
          aria-valuetext={head === undefined ? '' : headText(head, index, heads.length)}
          min={0}
          max={Math.max(0, heads.length - 1)}
          step={1}
          value={index}
          onChange={(event) => onMove(Number(event.target.value))}
          className="absolute inset-0 size-full cursor-ew-resize opacity-0"
        />
      </div>
      <div aria-hidden="true" className="tabular relative mt-0.5 h-4 text-label text-faint">
        {labelled(heads).map(({ day, index: at_ }) => (
          <span
            key={at_}
            className={`absolute whitespace-nowrap ${at_ === 0 ? '' : at_ === heads.length - 1 ? '-translate-x-full' : '-translate-x-1/2'}`}
            style={{ left: place(at_, heads.length) }}
          >
            {day}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Usage above the line: a bar for what was taken, a mark where some was late, dropped or refused. */
function UsageBar({
  x,
  accepted,
  troubled,
  busiest,
}: {
  x: string;
  accepted: number;
  troubled: number;
  busiest: number;
}) {
  const height = 7 + (16 * Math.log1p(accepted)) / Math.log1p(busiest);
  return (
    <g style={at(x, 0)}>
      {accepted > 0 && <rect x={-2.5} y={27 - height} width={5} height={height} rx={1.5} className="fill-measured" />}
      {troubled > 0 && (
        <path
          d="M-5 0h10L0 8.500Z"
          transform={`translate(0 ${accepted > 0 ? 0 : 17})`}
          className="fill-structural stroke-page"
          strokeWidth="1"
        />
      )}
    </g>
  );
}

const ORDER: readonly MarkKind[] = ['clock', 'change', 'invoice'];

/** At most two kinds find room beneath the line: what is of money first. */
const kindsOf = (events: readonly string[]): readonly MarkKind[] => {
  const kinds = new Set(events.map(kindOfType));
  return ORDER.filter((kind) => kinds.has(kind))
    .reverse()
    .slice(0, 2);
};

const MOST_LABELS = 7;

/** Heads that are named: evenly spread, the ends always. */
function labelled(heads: ScenarioOverview['heads']): readonly { readonly day: string; readonly index: number }[] {
  const count = Math.min(MOST_LABELS, heads.length);
  const places = Array.from({ length: count }, (_, step) =>
    count === 1 ? 0 : Math.round((step * (heads.length - 1)) / (count - 1)),
  );
  const named = [...new Set(places)].flatMap((index) => {
    const head = heads[index];
    return head === undefined ? [] : [{ at: head.at, index }];
  });
  return named.map(({ at: instant, index }, place) => {
    const isSameDay = named[place - 1]?.at.slice(0, 10) === instant.slice(0, 10);
    return { day: isSameDay ? instant.slice(11, 16) : formatDay(instant), index };
  });
}
