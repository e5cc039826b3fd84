import { moneyParts } from '../format/money.ts';
import {
  ABSENT,
  type FormattedNumber,
  formatParts,
  SHOWN_PLACES,
  signOfText,
  TIGHT_PLACES,
  tailOf,
} from '../format/number.ts';

/**
 * A number. In a column, the digits after the point get `places` digits of room, so that the points line up.
 * Hovering tells the exact value where digits are left out.
 */
function AlignedNumber({
  parts,
  places,
  isMoney = false,
  className = '',
}: {
  parts: FormattedNumber;
  places: number | undefined;
  isMoney?: boolean;
  className?: string;
}) {
  const { sign, whole, fraction, isCut, exact } = parts;
  const tail = tailOf({ fraction, isCut });
  return (
    <span className={`tabular whitespace-nowrap ${className}`} data-exact={exact} {...(isCut ? { title: exact } : {})}>
      {sign}
      {whole}
      {places === undefined || places === 0 ? (
        tail
      ) : (
        <span className="fraction-slot" style={{ width: slotWidth(places, isMoney) }}>
          {tail}
        </span>
      )}
    </span>
  );
}

/** Where decimals are left out, as of quantities with many of them, there is room for the ellipsis that says so. */
const slotWidth = (places: number, isMoney = false): string =>
  `calc(${places}ch + ${places >= SHOWN_PLACES || (places === TIGHT_PLACES && !isMoney) ? '1.1em' : '0.3em'})`;

/**
 * A quantity of a meter. Zero is `0`, absent is `–`.
 * @param places digits after the point that the column shows; without it the number stands for itself
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
  const maximumPlaces = places === undefined ? SHOWN_PLACES : Math.min(SHOWN_PLACES, places);
  return (
    <AlignedNumber parts={formatParts(text, { isDifference, maximumPlaces })} places={places} className={className} />
  );
}

/**
 * An amount of money in a column whose header names the currency. Zero is `0`, on the same point as the others.
 * @param places digits after the point that a column of several currencies needs
 */
export function Amount({
  text,
  currency,
  places,
  isDifference = false,
  className = '',
}: {
  text: string | null;
  currency: string;
  places?: number;
  isDifference?: boolean;
  className?: string;
}) {
  if (text === null) return <Absent places={places} isMoney />;
  const parts = moneyParts(text, currency, isDifference);
  const shown = signOfText(text) === 0 ? { ...parts, fraction: '' } : parts;
  return <AlignedNumber parts={shown} places={places ?? parts.fraction.length} isMoney className={className} />;
}

/**
 * A difference in money in a column of several currencies: their codes under each other at the left, the figures on
 * one point at the right. Zero is a quiet `0` that needs no currency.
 */
export function CurrencyDifference({
  text,
  currency,
  places,
  isNamed,
}: {
  text: string | null;
  currency: string;
  places: number;
  isNamed: boolean;
}) {
  const isNothing = signOfText(text) === 0;
  return (
    <span className="ml-auto flex max-w-[136px] items-baseline justify-between gap-2">
      <span className="text-label text-faint">{isNamed && !isNothing ? currency.toUpperCase() : ''}</span>
      <Amount
        text={text}
        currency={currency}
        places={places}
        isDifference
        className={isNothing ? 'text-faint' : 'font-medium'}
      />
    </span>
  );
}

function Absent({ places, isMoney = false }: { places: number | undefined; isMoney?: boolean }) {
  return (
    <span className="tabular whitespace-nowrap text-faint" data-exact="">
      {ABSENT}
      {places !== undefined && places > 0 && (
        <span className="fraction-slot" style={{ width: slotWidth(places, isMoney) }} />
      )}
    </span>
  );
}
