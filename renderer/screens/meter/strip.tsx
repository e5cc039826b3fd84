import type { HealthCustomer } from '../../../shared/contract/meter-schemas.ts';
import type { Tone } from '../../format/words.ts';
import { stripWords, toneOf } from './meter-view.ts';

const LOOKS: Readonly<Record<Tone, string>> = {
  agree: 'h-[3px] bg-agree opacity-60',
  stale: 'h-[6px] bg-stale',
  structural: 'h-[12px] bg-structural',
  incomplete: 'h-[6px] bg-line-strong',
};

/** The verdicts of the newest rounds, one mark each: the worse, the taller. */
export function VerdictStrip({ strip }: { strip: HealthCustomer['strip'] }) {
  return (
    <span role="img" aria-label={stripWords(strip)} className="flex h-[14px] items-end gap-px">
      {strip.map((verdict, round) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a round has no identity here but its place
          key={round}
          className={`w-[4px] shrink-0 rounded-[1px] ${verdict === null ? 'h-px bg-line-strong' : LOOKS[toneOf(verdict)]}`}
        />
      ))}
    </span>
  );
}
