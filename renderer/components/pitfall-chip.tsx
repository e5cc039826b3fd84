import { PITFALL_WORDS, type PitfallCode } from '../format/meter-words.ts';
import { MarkShape } from './verdict-mark.tsx';

/** A way in which a meter that keeps the last value went wrong. */
export function PitfallChip({ code }: { code: PitfallCode }) {
  return (
    <span className="inline-flex h-6 items-center gap-1.5 rounded-full bg-structural-wash px-2.5 text-table font-medium whitespace-nowrap text-structural">
      <MarkShape mark="invalid" tone="structural" size={12} />
      {PITFALL_WORDS[code]}
    </span>
  );
}
