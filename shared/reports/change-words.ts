import { amountOf, type FluxParts, type FluxSide, PARTS, stepsOf } from '../reconciliation/flux/split-change.ts';
import { type Decimal, divide, formatDecimal, isZero, normalize, subtract } from '../values/decimal.ts';
import { formatMoney, minorDigits } from '../values/money.ts';

/** Where a change is told of: the months by name, the unit of the meter, the currency. */
type Told = { readonly from: string; readonly to: string; readonly unit: string; readonly currency: string };

type Explained = { readonly part: keyof FluxParts; readonly amount: bigint; readonly text: string };

/** How each part of a change came about, in sentences; parts of which there is nothing to say are left out. */
export function explainChange(
  sides: { readonly from: FluxSide | null; readonly to: FluxSide | null },
  parts: FluxParts,
  told: Told,
): readonly Explained[] {
  const texts: Partial<Record<keyof FluxParts, string>> = {
    ...(parts.new === 0n ? {} : { new: `Nothing stood here in ${told.from}, on any meter: all of ${told.to} is new.` }),
    ...(parts.lost === 0n ? {} : { lost: `Nothing is left in ${told.to}, on any meter: all of ${told.from} is lost.` }),
    ...(sides.from === null || sides.to === null ? {} : textsOf(sides.from, sides.to, parts, told)),
  };
  return PARTS.flatMap((part) => {
    const text = texts[part];
    return text === undefined ? [] : [{ part, amount: parts[part], text }];
  });
}

function textsOf(from: FluxSide, to: FluxSide, parts: FluxParts, told: Told): Partial<Record<keyof FluxParts, string>> {
  const money = (minor: bigint): string => formatMoney(minor, told.currency);
  const steps = stepsOf(from, to);
  return {
    ...(parts.usage === 0n && parts.mix === 0n ? {} : { usage: usageText(from, to, told) }),
    ...(parts.price === 0n || steps === null
      ? {}
      : {
          price: `${quantity(to.quantity, told.unit)} cost ${money(steps.moved.minor)} at the prices of ${told.from} and ${money(steps.now.minor)} at those of ${told.to}.`,
        }),
    ...(parts.mix === 0n || steps === null
      ? {}
      : {
          mix: `By its tiers the price of ${told.from} makes ${money(steps.moved.minor)} of them, ${money(size(parts.mix))} ${parts.mix < 0n ? 'less' : 'more'} than its average would.`,
        }),
    ...(from.creditMinor === 0n && to.creditMinor === 0n
      ? {}
      : {
          credits: `Discounts and credits took off ${money(from.creditMinor)} in ${told.from} and ${money(to.creditMinor)} in ${told.to}.`,
        }),
    ...(parts.corrections === 0n ? {} : { corrections: correctionsText(from, to, told) }),
  };
}

function usageText(from: FluxSide, to: FluxSide, told: Told): string {
  const change = subtract(to.quantity, from.quantity);
  const moved = `${quantity(from.quantity, told.unit)} became ${quantity(to.quantity, told.unit)}`;
  const steps = stepsOf(from, to);
  if (steps === null) {
    if (isZero(change)) return 'The amount changed, and the quantity did not.';
    return `${moved}; ${isZero(from.quantity) ? told.from : told.to} has no price on the meter.`;
  }
  if (from.quantity.coefficient <= 0n) return `${moved}, at the prices of ${told.from}.`;
  const average = divide(steps.base.exact, from.quantity, AVERAGE_PLACES, 'half_up');
  const digits = minorDigits(told.currency);
  const major = formatDecimal(normalize({ coefficient: average.coefficient, scale: average.scale + digits }));
  return `${moved}, at the average price of ${told.from}: ${major} ${told.currency.toUpperCase()} each.`;
}

const AVERAGE_PLACES = 9;

function correctionsText(from: FluxSide, to: FluxSide, told: Told): string {
  const money = (minor: bigint): string => formatMoney(minor, told.currency);
  const steps = stepsOf(from, to);
  const booked =
    from.correctionMinor === 0n && to.correctionMinor === 0n
      ? []
      : [
          `Late corrections come to ${money(from.correctionMinor)} in ${told.from} and ${money(to.correctionMinor)} in ${told.to}.`,
        ];
  const apart = (month: string, beside: bigint): string[] =>
    beside === 0n
      ? []
      : [
          `${month} bills ${money(size(beside))} ${beside > 0n ? 'more' : 'less'} than its price makes of the quantity.`,
        ];
  const lines =
    steps === null
      ? []
      : [...apart(told.from, from.grossMinor - steps.base.minor), ...apart(told.to, to.grossMinor - steps.now.minor)];
  const all = [...booked, ...lines];
  return all.length === 0
    ? `The amount changed by ${money(amountOf(to) - amountOf(from))}, and the quantity did not.`
    : all.join(' ');
}

const size = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

const quantity = (value: Decimal, unit: string): string => {
  const [whole = '', ...fraction] = formatDecimal(normalize(value)).split('.');
  return `${[whole.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.')} ${unit}`;
};
