import type { ReactNode } from 'react';
import type { CloseGate } from '../../shared/contract/close-schemas.ts';

const TONES: Readonly<Record<CloseGate['decision'], string>> = {
  pass: 'text-agree',
  blocked: 'text-structural',
  unknown: 'text-incomplete',
};

export const GATE_DECISION_WORDS: Readonly<Record<CloseGate['decision'], string>> = {
  pass: 'passes',
  blocked: 'blocks',
  unknown: 'not known',
};

const STROKE = { fill: 'none', stroke: 'currentColor', strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

const SHAPES: Readonly<Record<CloseGate['decision'], ReactNode>> = {
  pass: <path d="m3.5 8.4 3 3 6-6.6" strokeWidth="1.6" {...STROKE} />,
  blocked: (
    <g strokeWidth="1.600" {...STROKE}>
      <circle cx="8" cy="8" r="5.400" />
      <path d="M5.400 8h5.200" />
    </g>
  ),
  unknown: (
    <g strokeWidth="1.500" {...STROKE}>
      <circle cx="8" cy="8" r="5.400" strokeDasharray="2 2.240" />
      <path d="M6.600 6.700a1.450 1.450 0 1 1 1.900 1.380c-.320.110-.500.380-.500.700v.220" />
      <path d="M8 10.900v.010" strokeWidth="1.800" />
    </g>
  ),
};

/** How a gate stands, as a shape of its own; the word is for those who do not see it. */
export function GateMark({ decision }: { decision: CloseGate['decision'] }) {
  return (
    <span className={`inline-flex shrink-0 ${TONES[decision]}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" role="img" aria-label={GATE_DECISION_WORDS[decision]}>
        {SHAPES[decision]}
      </svg>
    </span>
  );
}
