import { moneyParts } from '../format/money.ts';
import { ABSENT, type FormattedNumber, formatParts } from '../format/number.ts';

/**
 * A number in a column: the digits after the point get `places` digits of room, so that the points line up.
 * Hovering tells the exact value where digits are left out.
 */
function AlignedNumber({
  parts,
  places,
  className = '',
}: {
  parts: FormattedNumber;
  places: number;
  className?: string;
}) {
  const { sign, whole, fraction, isCut, exact } = parts;
  return (
    <span className={`tabular whitespace-nowrap ${className}`} {...(isCut ? { title: exact } : {})}>
      {sign}
      {whole}
      {places > 0 && (
        <span className="fraction-slot" style={{ width: `calc(${places}ch + 0.3em${isCut ? ' + 0.6em' : ''})` }}>
          {fraction === '' ? '' : `.${fraction}`}
          {isCut ? '…' : ''}
        </span>
      )}
    </span>
  );
}

/** A quantity of a meter. Zero is `0`, absent is `–`. */
export function Quantity({
  text,
  places = 0,
  isDifference = false,
  className = '',
}: {
  text: string | null;
  places?: number;
  isDifference?: boolean;
  className?: string;
}) {
  if (text === null) return <Absent places={places} />;
  return <AlignedNumber parts={formatParts(text, { isDifference })} places={places} className={className} />;
}

/** An amount of money in a column whose header names the currency. */
export function Amount({
  text,
  currency,
  isDifference = false,
  className = '',
}: {
  text: string | null;
  currency: string;
  isDifference?: boolean;
  className?: string;
}) {
  if (text === null) return <Absent places={0} />;
  const parts = moneyParts(text, currency, isDifference);
  return <AlignedNumber parts={parts} places={parts.fraction.length} className={className} />;
}

function Absent({ places }: { places: number }) {
  return (
    <span className="tabular whitespace-nowrap text-faint">
      {ABSENT}
      {places > 0 && <span className="fraction-slot" style={{ width: `calc(${places}ch + 0.3em)` }} />}
    </span>
  );
}
