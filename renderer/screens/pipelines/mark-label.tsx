import { MarkShape, TONE_TEXT } from '../../components/verdict-mark.tsx';
import type { Mark, Tone } from '../../format/words.ts';

/** Mark and word, in one colour, with what they mean on hover. */
export function MarkLabel({
  words: { word, mark, tone, meaning },
}: {
  words: { readonly word: string; readonly mark: Mark; readonly tone: Tone; readonly meaning: string };
}) {
  return (
    <span className={`flex min-w-0 items-center gap-1.5 ${TONE_TEXT[tone]}`} title={meaning}>
      <MarkShape mark={mark} tone={tone} />
      <span className="truncate">{word}</span>
    </span>
  );
}
