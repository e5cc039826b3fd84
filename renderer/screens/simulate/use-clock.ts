import { useEffect, useState } from 'react';
import type { ScenarioOverview } from '../../../shared/contract/simulate-schemas.ts';

export type ClockControl = {
  /** Of the head in the overview. */
  readonly index: number;
  readonly at: string;
  readonly isPlaying: boolean;
  readonly step: (by: number) => void;
  readonly moveTo: (index: number) => void;
  readonly reset: () => void;
  readonly finish: () => void;
  readonly toggle: () => void;
};

const WHOLE_MS = 14_000;
const SLOWEST_MS = 700;
const QUICKEST_MS = 60;

/** The head of a scenario's clock. It stays at its instant, or at the end, when the scenario is changed. */
export function useClock(overview: ScenarioOverview | null): ClockControl {
  // Null: at the end, wherever that is.
  const [at, setAt] = useState<string | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const heads = overview?.heads ?? [];
  const last = Math.max(0, heads.length - 1);
  const index =
    at === null
      ? last
      : Math.max(
          0,
          heads.findLastIndex((head) => head.at <= at),
        );
  const moveTo = (to: number): void => {
    const wanted = Math.min(last, Math.max(0, to));
    setAt(wanted === last ? null : (heads[wanted]?.at ?? null));
  };
  const by = (move: () => void) => () => {
    setPlaying(false);
    move();
  };
  useEffect(() => {
    if (!isPlaying) return;
    if (index >= last) {
      setPlaying(false);
      return;
    }
    const pause = Math.max(QUICKEST_MS, Math.min(SLOWEST_MS, WHOLE_MS / (last + 1)));
    const timer = setTimeout(() => moveTo(index + 1), pause);
    return () => clearTimeout(timer);
  });
  return {
    index,
    at: heads[index]?.at ?? '',
    isPlaying,
    step: (count) => by(() => moveTo(index + count))(),
    moveTo: (to) => by(() => moveTo(to))(),
    reset: by(() => moveTo(0)),
    finish: by(() => setAt(null)),
    toggle: () => {
      if (!isPlaying && index >= last) moveTo(0);
      setPlaying(!isPlaying);
    },
  };
}
