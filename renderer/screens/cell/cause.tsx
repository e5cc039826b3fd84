import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CellCause, CellClaim } from '../../../shared/contract/incident-schemas.ts';
import type { CellDetail, CellKey } from '../../../shared/contract/schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { Prose } from '../../components/prose.tsx';
import { documentOf } from '../../data/errors.ts';
import type { useCellCause } from '../../data/incidents.ts';
import { formatCount, formatParts, groupNumbersIn, widestFraction } from '../../format/number.ts';
import { formatRange } from '../../format/time.ts';
import { CAUSE_WORDS, CONFIDENCE_WORDS, plural } from '../../format/words.ts';
import { factorText, withoutWorth } from '../incident/incident-view.ts';
import { Remedy } from '../incident/remedy.tsx';
import { Section } from './section.tsx';
import { isOfWholeMonth } from './series.ts';

const CONFIDENCE_MEANING = {
  high: 'It explains everything exactly, and nothing simpler does',
  medium: 'It explains nearly everything, or something else could look the same',
  low: 'It explains a part, or nothing better is known',
} as const;

/** Why the cell is off: what the report says at once, and what the hours say as soon as they have been asked. */
export function Cause({
  detail,
  cell,
  answer,
}: {
  detail: CellDetail;
  cell: CellKey;
  answer: ReturnType<typeof useCellCause>;
}) {
  const { cause } = detail.row;
  if (cause === null) return null;
  const data = answer.data ?? undefined;
  const confidence = data?.confidence ?? cause.confidence;
  const code = data?.code ?? cause.code;
  const also = data === undefined || data.claims.length === 0 ? (cause.also ?? []) : codesBeside(data);
  return (
    <Section
      title="Why"
      aside={
        <span className="text-table text-muted" title={CONFIDENCE_MEANING[confidence]}>
          {CONFIDENCE_WORDS[confidence]}
        </span>
      }
    >
      <p className="font-medium">
        {CAUSE_WORDS[code]}
        {also.length > 0 && (
          <span className="font-normal text-muted">
            {' '}
            with {also.map((other) => CAUSE_WORDS[other].toLowerCase()).join(', ')}
          </span>
        )}
      </p>
      <p className="mt-0.5 wrap-anywhere text-muted">
        <bdi>{groupNumbersIn(data?.sentence ?? cause.evidence)}</bdi>
      </p>
      {data !== undefined && data.claims.length > 0 ? (
        <Claims cause={data} detail={detail} />
      ) : (
        <Ranges ranges={detail.explainedBy} />
      )}
      {data !== undefined && data.candidates.length > 0 && <Candidates codes={data.candidates} />}
      {answer.isError && (
        <p className="mt-1.5 text-table text-muted">
          Its hours could not be looked at again: {documentOf(answer.error).message}{' '}
          <button type="button" onClick={() => void answer.refetch()} className="text-accent hover:underline">
            Try again
          </button>
        </p>
      )}
      <Next detail={detail} cell={cell} cause={data} />
      {data?.incident != null && <OfIncident month={cell.month} cell={cell} incident={data.incident} />}
    </Section>
  );
}

/** The cause in a line at the top of the drawer, where the section itself may be out of sight; it leads there. */
export function CauseInShort({ cause: { code, confidence } }: { cause: Pick<CellCause, 'code' | 'confidence'> }) {
  return (
    <p className="mt-0.5 text-table text-muted">
      <button
        type="button"
        onClick={(event) =>
          event.currentTarget
            .closest('section')
            ?.querySelector('section[aria-label=Why]')
            ?.scrollIntoView({ block: 'start' })
        }
        className="hover:text-ink hover:underline"
      >
        Why: {CAUSE_WORDS[code].toLowerCase()}, {CONFIDENCE_WORDS[confidence].toLowerCase()}
      </button>
    </p>
  );
}

const codesBeside = ({ code, claims }: CellCause): readonly CellClaim['code'][] => [
  ...new Set(claims.map((claim) => claim.code).filter((other) => other !== code)),
];

/** The subtraction: the drift, what each fault explains of it, and what is left. */
function Claims({ cause, detail }: { cause: CellCause; detail: CellDetail }) {
  const { claims, left } = cause;
  const { row } = detail;
  const places = widestFraction([row.drift?.absolute, left, ...claims.map(({ worth }) => worth)]);
  return (
    <table className="mt-2 w-full border-y border-line text-table">
      <caption className="sr-only">What explains the drift, in {row.unit}</caption>
      <tbody>
        <tr>
          <th scope="row" className="h-7">
            Drift
          </th>
          <td className="w-px text-right">
            <Quantity text={row.drift?.absolute ?? null} places={places} isDifference />
          </td>
        </tr>
        {claims.map((claim) => (
          <tr key={`${claim.code} ${claim.hours[0]?.from}`} className="align-top [&>*]:border-t [&>*]:border-line">
            <th scope="row" className="py-1.5 pr-4 font-normal">
              <span className="flex items-center gap-2 font-medium">
                {claim.hours.length > 0 && !isOfWholeMonth(claim, detail.hours) && (
                  <span className="h-2.5 w-2.5 shrink-0 border-t-2 border-structural bg-structural-wash" />
                )}
                {CAUSE_WORDS[claim.code]}
                {claim.factor !== null && (
                  <span className="tabular font-normal text-muted">{factorText(claim.code, claim.factor)}</span>
                )}
              </span>
              {claims.length > 1 && (
                <bdi className="block wrap-anywhere text-muted">{groupNumbersIn(claim.sentence)}</bdi>
              )}
              {claim.counterpart !== null && (
                <span className="block text-muted">
                  The other half: <bdi className="wrap-anywhere text-ink">{claim.counterpart}</bdi>
                </span>
              )}
              <Hours hours={claim.hours} isWhole={isOfWholeMonth(claim, detail.hours)} />
            </th>
            <td className="py-1.5 text-right">
              <Quantity text={claim.worth} places={places} isDifference />
            </td>
          </tr>
        ))}
        {left !== null && (
          <tr className="font-semibold [&>*]:border-t [&>*]:border-line-strong">
            <th scope="row" className="h-7">
              Left unexplained
            </th>
            <td className="text-right">
              {isNearlyNothing(left) ? (
                <span data-exact={left} title={`${left}, which is the rounding of pushes`}>
                  ≈ 0
                </span>
              ) : (
                <Quantity text={left} places={places} isDifference />
              )}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** Less than the decimals that are shown, and not nothing. */
const isNearlyNothing = (text: string): boolean => {
  const { whole, fraction, isCut } = formatParts(text);
  return isCut && whole === '0' && /^0*$/.test(fraction);
};

const MOST_RANGES = 4;

/** The hours of a fault, the first of them where they are many. */
function Hours({ hours, isWhole }: { hours: CellClaim['hours']; isWhole: boolean }) {
  if (hours.length === 0) return null;
  if (isWhole) return <span className="block text-muted">the whole month</span>;
  const more = hours.length - MOST_RANGES;
  return (
    <span className="tabular block text-muted">
      {hours
        .slice(0, MOST_RANGES)
        .map(({ from, to }) => formatRange(from, to))
        .join(', ')}
      {more > 0 && ` and ${formatCount(more)} more ${plural(more, 'range')}`}
    </span>
  );
}

function Ranges({ ranges }: { ranges: CellDetail['explainedBy'] }) {
  if (ranges.length === 0) return null;
  return (
    <ul className="mt-1.5">
      {ranges.map(({ from, to, label }) => (
        <li key={from} className="tabular flex items-center gap-2 text-table">
          <span className="h-2.5 w-2.5 shrink-0 border-t-2 border-structural bg-structural-wash" />
          {formatRange(from, to)}
          <span className="text-muted">{label}</span>
        </li>
      ))}
    </ul>
  );
}

/** What comes nearest where nothing fits. */
const Candidates = ({ codes }: { codes: CellCause['candidates'] }) => (
  <div className="mt-2 text-table">
    <p className="text-muted">Nothing known fits. What comes nearest, best first:</p>
    <ol className="mt-0.5 list-decimal pl-5">
      {codes.map((code) => (
        <li key={code}>{CAUSE_WORDS[code]}</li>
      ))}
    </ol>
  </div>
);

function Next({ detail, cell, cause }: { detail: CellDetail; cell: CellKey; cause: CellCause | undefined }) {
  const known = cause?.remedy ?? detail.remedy;
  if (cause?.incident != null) {
    return (
      <Box>
        <Remedy
          request={{ month: cell.month, incident: cause.incident.id, cell }}
          known={known ?? cause.incident.remedy}
        />
      </Box>
    );
  }
  if (known === null) return null;
  return (
    <Box>
      <p>
        <span className="font-medium">Next: </span>
        <Prose text={known} />
      </p>
    </Box>
  );
}

const Box = ({ children }: { children: ReactNode }) => (
  <div className="mt-3 rounded-md bg-selected px-3 py-2">{children}</div>
);

/** That it is not alone, and the way to the others. */
function OfIncident({
  month,
  cell,
  incident,
}: {
  month: string;
  cell: CellKey;
  incident: NonNullable<CellCause['incident']>;
}) {
  if (incident.cells < 2) return null;
  const { month: _, ...open } = cell;
  return (
    <p className="mt-2 text-table text-muted">
      One of {formatCount(incident.cells)} cells: <bdi>{groupNumbersIn(withoutWorth(incident.sentence))}</bdi>{' '}
      <Link
        to="/months/$month"
        params={{ month }}
        search={{ incident: incident.id, open }}
        className="font-medium text-accent hover:underline"
      >
        Show them
      </Link>
    </p>
  );
}
