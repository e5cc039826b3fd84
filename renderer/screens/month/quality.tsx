import { useState } from 'react';
import type { MonthQuality } from '../../../shared/contract/schemas.ts';
import { Prose } from '../../components/prose.tsx';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { formatCount } from '../../format/number.ts';
import { checkWord, qualitySentence } from '../../format/quality-words.ts';
import { meterLabel } from '../../format/words.ts';

type Finding = MonthQuality['findings'][number];
type Line = Finding['lines'][number];

/** The cells that a line is about. */
export type QualityCells = {
  readonly meters: readonly string[];
  readonly customer: string | null;
  readonly isUnmapped: boolean;
};

/** More lines of one check than this wait until they are asked for, but for the first. */
const MOST_LINES = 2;

/** What the data of the month is like: one quiet line where all is well, else what was found and what to do. */
export function Quality({ quality, onShow }: { quality: MonthQuality; onShow: (cells: QualityCells) => void }) {
  const { decision, findings } = quality;
  if (findings.length === 0) {
    const isGood = decision === 'pass';
    return (
      <p className="mt-4 flex items-center gap-1.5 text-table text-muted">
        <MarkShape mark={isGood ? 'check' : 'hatched'} tone={isGood ? 'agree' : 'incomplete'} />
        {qualitySentence(quality)}
      </p>
    );
  }
  return (
    <section aria-labelledby="quality" className="mt-7">
      <h2 id="quality" className="mb-1 flex items-baseline gap-3 text-lead font-semibold">
        Data quality
        <span className="text-body font-normal text-muted">{qualitySentence(quality)}</span>
      </h2>
      <ul className="border-t border-line-strong">
        {findings.map((finding) => (
          <CheckRow key={finding.check} finding={finding} onShow={onShow} />
        ))}
      </ul>
    </section>
  );
}

function CheckRow({ finding, onShow }: { finding: Finding; onShow: (cells: QualityCells) => void }) {
  const [isWhole, setWhole] = useState(false);
  const { check, level, lines, remedy } = finding;
  const isLong = lines.length > MOST_LINES;
  const shown = isLong && !isWhole ? lines.slice(0, 1) : lines;
  return (
    <li className="grid gap-x-4 border-b border-line py-1.5 @min-[760px]:grid-cols-[196px_minmax(0,1fr)]">
      <span className={`flex items-start gap-1.5 font-medium ${level === 'failed' ? 'text-structural' : ''}`}>
        <MarkShape
          mark={level === 'failed' ? 'invalid' : 'dash'}
          tone={level === 'failed' ? 'structural' : 'stale'}
          label={level === 'failed' ? 'Failed' : 'Warning'}
          className="mt-[3px]"
        />
        {checkWord(check)}
      </span>
      <div className="min-w-0 pl-5 @min-[760px]:pl-0">
        <ul>
          {shown.map((line) => (
            <LineRow key={`${line.meters.join()} ${line.sentence}`} line={line} check={check} onShow={onShow} />
          ))}
        </ul>
        <p className="text-table text-muted">
          {isLong && (
            <button type="button" onClick={() => setWhole(!isWhole)} className="mr-3 text-accent hover:underline">
              {isWhole ? 'Show fewer' : `Show ${formatCount(lines.length - 1)} more`}
            </button>
          )}
          {remedy !== null && <Prose text={remedy} />}
        </p>
      </div>
    </li>
  );
}

function LineRow({ line, check, onShow }: { line: Line; check: string; onShow: (cells: QualityCells) => void }) {
  const { meters, customer, sentence } = line;
  const names = meters.map(meterLabel).join(', ');
  return (
    <li className="break-words">
      <button
        type="button"
        title={`Show the cells of ${names} below`}
        onClick={() => onShow({ meters, customer, isUnmapped: check === 'unmapped' })}
        className="font-medium hover:text-accent hover:underline"
      >
        {names}
      </button>
      <span className="text-faint"> · </span>
      {sentence}
    </li>
  );
}
