import type { MarkKind } from './simulate-words.ts';

const SHAPES: Readonly<Record<MarkKind, string>> = {
  usage: 'M6 2.200a3.800 3.800 0 1 0 0 7.600a3.800 3.800 0 1 0 0-7.600Z',
  trouble: 'M1.300 2.500h9.400L6 10.300Z',
  invoice: 'M2.300 2.300h7.400v7.400H2.300Z',
  clock: 'M6 1.800a4.200 4.200 0 1 0 0 8.400a4.200 4.200 0 1 0 0-8.400Z',
  change: 'M6 1.200 10.800 6 6 10.800 1.200 6Z',
};

const TONES: Readonly<Record<MarkKind, string>> = {
  usage: 'text-measured',
  trouble: 'text-structural',
  invoice: 'text-billed',
  clock: 'text-muted',
  change: 'text-metered',
};

/** What happened, by its shape and its colour; the words beside it say it again. */
export function KindMark({ kind, size = 10 }: { kind: MarkKind; size?: number }) {
  return (
    <svg viewBox="0 0 12 12" width={size} height={size} aria-hidden="true" className={`shrink-0 ${TONES[kind]}`}>
      <path
        d={SHAPES[kind]}
        fill={kind === 'clock' ? 'none' : 'currentColor'}
        stroke={kind === 'clock' ? 'currentColor' : 'none'}
        strokeWidth="1.600"
      />
    </svg>
  );
}
