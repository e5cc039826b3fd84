/** What the customer's balance does to an invoice: negative is credit, positive is owed from before. */
export type Balanced = { readonly endingMinor: bigint; readonly amountDueMinor: bigint };

/**
 * The balance comes last. All of it is settled with the invoice: debts are added, credit is used up to what is owed,
 * and what the customer has left over is the new balance.
 * @see stripe.md, Order on an invoice; Stripe, Customer invoice balance
 */
export function settleBalance(totalMinor: bigint, startingMinor: bigint): Balanced {
  const owed = totalMinor + startingMinor;
  return owed > 0n ? { endingMinor: 0n, amountDueMinor: owed } : { endingMinor: owed, amountDueMinor: 0n };
}
