import { useEffect, useRef, useState } from 'react';

/** What was typed and not saved, so that a look at another page loses nothing. */
const unsaved = new Map<string, string>();

const MOST_STEPS = 100;
const MOST_CHARACTERS = 40_000_000;
/** Letters typed after one another are one step. */
const PAUSE_MS = 800;

export type Draft = {
  readonly text: string;
  readonly isChanged: boolean;
  readonly canUndo: boolean;
  readonly change: (text: string) => void;
  readonly undo: () => void;
  readonly discard: () => void;
  /** Nothing is left to save. */
  readonly settle: () => void;
};

/** @param place what the draft is of, in which workspace */
export function useDraft(place: string, saved: string): Draft {
  const [text, setText] = useState(() => unsaved.get(place) ?? saved);
  const [steps, setSteps] = useState<readonly string[]>([]);
  const changedAt = useRef(0);
  const isChanged = text !== saved;
  useEffect(() => {
    if (isChanged) unsaved.set(place, text);
    else unsaved.delete(place);
  }, [place, text, isChanged]);
  const remember = (before: string): void => setSteps((kept) => withStep(kept, before));
  return {
    text,
    isChanged,
    canUndo: steps.length > 0,
    change(next) {
      if (next === text) return;
      const now = performance.now();
      if (now - changedAt.current > PAUSE_MS) remember(text);
      changedAt.current = now;
      setText(next);
    },
    undo() {
      const before = steps.at(-1);
      if (before === undefined) return;
      changedAt.current = 0;
      setSteps(steps.slice(0, -1));
      setText(before);
    },
    discard() {
      changedAt.current = 0;
      remember(text);
      setText(saved);
    },
    settle: () => unsaved.delete(place),
  };
}

function withStep(steps: readonly string[], text: string): readonly string[] {
  const kept = [...steps, text].slice(-MOST_STEPS);
  let size = kept.reduce((sum, one) => sum + one.length, 0);
  while (size > MOST_CHARACTERS && kept.length > 1) size -= kept.shift()?.length ?? 0;
  return kept;
}
