import { moneyParts } from '../format/money.ts';
import { ABSENT, type FormattedNumber, formatParts, SHOWN_PLACES, signOfText } from '../format/number.ts';

/**
 * A number. In a column, the digits after the point get `places` digits of room, so that the points line up.
 * Hovering tells the exact value where digits are left out.
 */
function AlignedNumber({
  parts,
  places,
  className = '',
}: {
  parts: FormattedNumber;
  places: number | undefined;
  className?: string;
}) {
  const { sign, whole, fraction, isCut, exact } = parts;
  const tail = `${fraction === '' ? '' : `.${fraction}`}${isCut ? '…' : ''}`;
  return (
    <span className={`tabular whitespace-nowrap ${className}`} {...(isCut ? { title: exact } : {})}>
      {sign}
      {whole}
      {places === undefined || places === 0 ? (
        tail
      ) : (
        <span className="fraction-slot" style={{ width: slotWidth(places) }}>
          {tail}
        </span>
      )}
    </span>
  );
}

/** Where all the decimals that can be shown are in use, there may be more: room for the ellipsis that says so. */
const slotWidth = (places: number): string => `calc(${places}ch + ${places >= SHOWN_PLACES ? '1.1em' : '0.3em'})`;

/**
 * A quantity of a meter. Zero is `0`, absent is `–`.
 * @param places digits after the point that the column needs; without it the number stands for itself
 */
export function Quantity({
  text,
  places,
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

/** An amount of money in a column whose header names the currency. Zero is `0`, on the same point as the others. */
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
  if (text === null) return <Absent places={undefined} />;
  const parts = moneyParts(text, currency, isDifference);
  const shown = signOfText(text) === 0 ? { ...parts, fraction: '' } : parts;
  return <AlignedNumber parts={shown} places={parts.fraction.length} className={className} />;
}

function Absent({ places }: { places: number | undefined }) {
  return (
    <span className="tabular whitespace-nowrap text-faint">
      {ABSENT}
      {places !== undefined && places > 0 && <span className="fraction-slot" style={{ width: slotWidth(places) }} />}
    </span>
  );
}
