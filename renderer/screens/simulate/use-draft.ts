import { useEffect, useRef, useState } from 'react';

/** What was typed and not saved, so that a look at another page loses nothing. */
const unsaved = new Map<string, string>();

const MOST_STEPS = 100;
const MOST_CHARACTERS = 40_000_000;
const PAUSE_MS = 800;
const NOWHERE = { field: null, at: 0 };

export type Draft = {
  readonly text: string;
  readonly isChanged: boolean;
  readonly canUndo: boolean;
  /** @param field what is typed in: letters one after another in one field are one step back */
  readonly change: (text: string, field: string | null) => void;
  readonly undo: () => void;
  readonly discard: () => void;
  /** Nothing is left to save. */
  readonly settle: () => void;
};

/** @param place what the draft is of, in which workspace */
export function useDraft(place: string, saved: string): Draft {
  const [text, setText] = useState(() => unsaved.get(place) ?? saved);
  const [steps, setSteps] = useState<readonly string[]>([]);
  const last = useRef<{ readonly field: string | null; readonly at: number }>(NOWHERE);
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
    change(next, field) {
      if (next === text) return;
      const at = performance.now();
      const isGoingOn = field !== null && field === last.current.field && at - last.current.at < PAUSE_MS;
      if (!isGoingOn) remember(text);
      last.current = { field, at };
      setText(next);
    },
    undo() {
      const before = steps.at(-1);
      if (before === undefined) return;
      last.current = NOWHERE;
      setSteps(steps.slice(0, -1));
      setText(before);
    },
    discard() {
      last.current = NOWHERE;
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
