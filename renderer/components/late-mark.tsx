import type { LateState } from '../../shared/contract/late-schemas.ts';
import { LATE_STATE_WORDS } from '../format/late-words.ts';
import { MarkShape, TONE_TEXT } from './verdict-mark.tsx';

/** Mark and word of what became of a correction. */
export function LateStateLabel({ state }: { state: LateState }) {
  const { word, tone, mark, meaning } = LATE_STATE_WORDS[state];
  return (
    <span className={`flex min-w-0 items-center gap-1.5 ${TONE_TEXT[tone]}`} title={meaning}>
      <MarkShape mark={mark} tone={tone} />
      <span className="truncate">{word}</span>
    </span>
  );
}
