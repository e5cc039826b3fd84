import type { ReactNode } from 'react';
import { type Mark, type Tone, VERDICT_WORDS, type Verdict } from '../format/words.ts';

export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  agree: 'text-agree',
  stale: 'text-stale',
  structural: 'text-structural',
  incomplete: 'text-incomplete',
};

const SHAPES: Readonly<Record<Mark, ReactNode>> = {
  check: (
    <path
      d="m3.5 8.4 3 3 6-6.6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  clock: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <circle cx="8" cy="8" r="5.25" />
      <path d="M8 5.2V8l1.9 1.3" />
    </g>
  ),
  under: (
    <path
      d="M2.9 4.5h10.2a.5.5 0 0 1 .43.76l-5.1 7.8a.5.5 0 0 1-.86 0l-5.1-7.8a.5.5 0 0 1 .43-.76Z"
      fill="currentColor"
    />
  ),
  over: (
    <path
      d="M2.9 11.5h10.2a.5.5 0 0 0 .43-.76l-5.1-7.8a.5.5 0 0 0-.86 0l-5.1 7.8a.5.5 0 0 0 .43.76Z"
      fill="currentColor"
    />
  ),
  missing: (
    <g fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
      <circle cx="8" cy="8" r="4.6" />
      <path d="m3.4 12.6 9.2-9.2" />
    </g>
  ),
  unmapped: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <path d="M13 5.6H3.6m2.2-2.4L3.4 5.600l2.400 2.400" />
      <path d="M3 10.400h9.400m-2.200-2.400 2.400 2.400-2.400 2.400" />
    </g>
  ),
  invalid: (
    <g>
      <path d="M5.600 2h4.800L14 5.600v4.800L10.400 14H5.600L2 10.400V5.600L5.600 2Z" fill="currentColor" />
      <path d="M8 4.900v3.700" stroke="var(--page)" strokeWidth="1.700" strokeLinecap="round" />
      <circle cx="8" cy="11" r="0.950" fill="var(--page)" />
    </g>
  ),
  differs: (
    <g fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round">
      <path d="M3.4 6h9.2M3.4 10h9.2" />
      <path d="m10.200 2.800-4.400 10.400" />
    </g>
  ),
  twice: (
    <g fill="none" stroke="currentColor" strokeWidth="1.500" strokeLinejoin="round">
      <rect x="2.600" y="2.600" width="7.400" height="7.400" rx="1.400" />
      <path d="M6.400 12.300v.2c0 .6.4.9.9.9h5.100c.600 0 1-.4 1-1V7.300c0-.5-.3-.9-.9-.9h-.2" strokeLinecap="round" />
    </g>
  ),
  forward: (
    <g fill="none" stroke="currentColor" strokeWidth="1.500" strokeLinecap="round" strokeLinejoin="round">
      <path d="M2.600 8h7.600m-3-3.200L10.400 8l-3.200 3.200" />
      <path d="M13.200 3.600v8.800" />
    </g>
  ),
  dash: (
    <g fill="none" stroke="currentColor" strokeWidth="1.500" strokeLinecap="round">
      <circle cx="8" cy="8" r="5.250" />
      <path d="M5.600 8h4.800" />
    </g>
  ),
  hatched: (
    <g fill="none" stroke="currentColor" strokeWidth="1.200" strokeLinecap="round">
      <rect x="2.600" y="2.600" width="10.800" height="10.800" rx="2" />
      <path d="m3.400 8.600 5.200-5.200m-5 9.200 9-9m-5.200 9.200 5.200-5.200" />
    </g>
  ),
};

/** A drawn mark. Without a label it is for the eye alone: a word must stand beside it. */
export function MarkShape({
  mark,
  tone,
  label,
  size = 14,
  className = '',
}: {
  mark: Mark;
  tone: Tone;
  label?: string;
  size?: number;
  className?: string;
}) {
  const box = {
    viewBox: '0 0 16 16',
    width: size,
    height: size,
    className: `shrink-0 ${TONE_TEXT[tone]} ${className}`,
  };
  if (label === undefined) {
    return (
      <svg {...box} aria-hidden="true">
        {SHAPES[mark]}
      </svg>
    );
  }
  return (
    <svg {...box} role="img" aria-label={label}>
      <title>{label}</title>
      {SHAPES[mark]}
    </svg>
  );
}

/** The drawn mark of a verdict, for the eye alone: the word stands beside it or in the label of what holds it. */
export function VerdictMark({
  verdict,
  size = 14,
  className = '',
}: {
  verdict: Verdict;
  size?: number;
  className?: string;
}) {
  const { mark, tone } = VERDICT_WORDS[verdict];
  return <MarkShape mark={mark} tone={tone} size={size} className={className} />;
}

/** Mark and word, in the verdict's colour. */
export function VerdictLabel({ verdict }: { verdict: Verdict }) {
  const { word, tone } = VERDICT_WORDS[verdict];
  return (
    <span className={`flex min-w-0 items-center gap-1.5 ${TONE_TEXT[tone]}`}>
      <VerdictMark verdict={verdict} />
      <span className="truncate">{word}</span>
    </span>
  );
}
