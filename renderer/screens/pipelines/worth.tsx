import { Amount } from '../../components/figure.tsx';

/** What a row comes to, without a sign; in a column of several currencies each amount names its own. */
export function Worth({
  money,
  places,
  isNamed,
}: {
  money: { readonly currency: string; readonly amount: string } | null;
  /** Digits after the point that the column needs. */
  places: number;
  isNamed: boolean;
}) {
  if (money === null) {
    return (
      <span className="block text-right text-faint" title="No price is known">
        –
      </span>
    );
  }
  const amount = <Amount text={money.amount} currency={money.currency} places={places} className="font-medium" />;
  if (!isNamed) return amount;
  return (
    <span className="ml-auto flex max-w-[136px] items-baseline justify-between gap-2">
      <span className="text-label text-faint">{money.currency.toUpperCase()}</span>
      {amount}
    </span>
  );
}
