/**
 * A second opinion on invoices, written from the published rules alone with fractions of big integers. It knows May 2026
 * as the period that ends and June as the one that begins, and shares no code with the builder.
 */

export type PlainPrice = {
  readonly unit?: string;
  readonly divideBy?: { readonly by: string; readonly round: 'up' | 'down' };
  readonly mode?: 'graduated' | 'volume';
  readonly tiers?: readonly { readonly upTo: string | null; readonly unit: string; readonly flat: string | null }[];
};

export type PlainCoupon = {
  readonly percent: string | null;
  readonly amount: bigint | null;
  /** Numbers of items whose product it is for. */
  readonly products: readonly number[] | null;
  /** Month of 2026 (1 to 5) and day (1 to 28) on which it began. */
  readonly start: readonly [number, number];
  readonly months: number | null;
  readonly isOnce: boolean;
  readonly isUsed: boolean;
};

export type PlainTerms = { readonly price: PlainPrice; readonly quantity: string };

export type PlainGrant = {
  readonly amount: bigint;
  readonly priority: number;
  /** Days after June 1 on which it expires; 0 is at once. */
  readonly expires: number | null;
  readonly isPromotional: boolean;
  readonly effectiveDay: number;
  readonly createdDay: number;
  /** Numbers of items whose price it is for. */
  readonly prices: readonly number[] | null;
};

export type PlainInvoice = {
  /** How many minor units the smallest amount has. */
  readonly unit: bigint;
  readonly options: {
    readonly rounding: 'half_up' | 'half_even' | 'up' | 'down';
    readonly roundAt: 'line' | 'total';
    readonly percentDiscount: 'line' | 'total';
    readonly amountDiscount: 'largest_remainder' | 'last_line' | 'in_order';
    readonly stackedDiscounts: 'remaining' | 'full';
    readonly creditSharing: 'in_order' | 'largest_remainder';
    readonly taxRounding: 'line' | 'total';
  };
  readonly items: readonly {
    readonly kind: 'metered' | 'unmetered' | 'licensed';
    readonly terms: PlainTerms;
    readonly coupons: readonly PlainCoupon[];
    readonly rates: readonly number[];
  }[];
  readonly changes: readonly {
    readonly item: number;
    /** Seconds after May 1. */
    readonly second: number;
    readonly from: PlainTerms | null;
    readonly to: PlainTerms | null;
  }[];
  readonly coupons: readonly PlainCoupon[];
  readonly customerCoupon: PlainCoupon | null;
  readonly grants: readonly PlainGrant[];
  readonly rates: readonly { readonly percent: string; readonly isInclusive: boolean }[];
  readonly defaultRates: readonly number[];
  readonly balance: bigint;
};

export type OracleLine = {
  readonly amount: bigint;
  readonly discount: bigint;
  readonly credit: bigint;
  readonly taxes: readonly bigint[];
};

export type OracleInvoice = {
  readonly lines: readonly OracleLine[];
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly credit: bigint;
  readonly tax: bigint;
  readonly inclusive: bigint;
  readonly total: bigint;
  readonly due: bigint;
  readonly ending: bigint;
  readonly grantsLeft: readonly bigint[];
};

class Q {
  readonly n: bigint;
  readonly d: bigint;

  constructor(n: bigint, d = 1n) {
    this.n = d < 0n ? -n : n;
    this.d = d < 0n ? -d : d;
  }

  static of(text: string): Q {
    const [whole = '0', part = ''] = text.split('.');
    return new Q(BigInt(whole + part), 10n ** BigInt(part.length));
  }

  plus(other: Q): Q {
    return new Q(this.n * other.d + other.n * this.d, this.d * other.d);
  }

  minus(other: Q): Q {
    return this.plus(new Q(-other.n, other.d));
  }

  times(other: Q): Q {
    return new Q(this.n * other.n, this.d * other.d);
  }

  over(other: Q): Q {
    return new Q(this.n * other.d, this.d * other.n);
  }

  above(other: Q): boolean {
    return this.n * other.d > other.n * this.d;
  }

  floor(): bigint {
    const quotient = this.n / this.d;
    return this.n < 0n && quotient * this.d !== this.n ? quotient - 1n : quotient;
  }
}

const NOUGHT = new Q(0n);
const whole = (n: bigint): Q => new Q(n);
const addUp = (list: readonly bigint[]): bigint => list.reduce((a, b) => a + b, 0n);
const addQ = (list: readonly Q[]): Q => list.reduce((a, b) => a.plus(b), NOUGHT);

/** To a whole number, by size and sign apart. */
function toInteger(value: Q, mode: PlainInvoice['options']['rounding']): bigint {
  const size = new Q(value.n < 0n ? -value.n : value.n, value.d);
  const low = size.floor();
  const rest = size.minus(whole(low));
  const half = new Q(1n, 2n);
  const isTie = rest.n * half.d === half.n * rest.d;
  let steps = low;
  if (mode === 'up' && rest.n > 0n) steps += 1n;
  if (mode === 'half_up' && (isTie || rest.above(half))) steps += 1n;
  if (mode === 'half_even' && (rest.above(half) || (isTie && low % 2n === 1n))) steps += 1n;
  return value.n < 0n ? -steps : steps;
}

/** Hands units out one after the other to whoever lacks most of what is due to it, the earlier one of equals first. */
function handOut(units: bigint, dues: readonly Q[]): bigint[] {
  const given = dues.map((due) => due.floor());
  let left = units - addUp(given);
  const served = new Set<number>();
  while (left > 0n) {
    let best = -1;
    for (const [index, due] of dues.entries()) {
      if (served.has(index)) continue;
      const lack = due.minus(whole(due.floor()));
      const bestDue = dues[best];
      if (bestDue === undefined || lack.above(bestDue.minus(whole(bestDue.floor())))) best = index;
    }
    served.add(best);
    given[best] = (given[best] ?? 0n) + 1n;
    left -= 1n;
  }
  return given;
}

function spread(
  units: bigint,
  rooms: readonly bigint[],
  how: 'largest_remainder' | 'last_line' | 'in_order',
): bigint[] {
  const all = addUp(rooms);
  if (all === 0n) return rooms.map(() => 0n);
  if (how === 'in_order') {
    const given: bigint[] = [];
    for (const room of rooms) {
      const left = units - addUp(given);
      given.push(left > room ? room : left);
    }
    return given;
  }
  const dues = rooms.map((room) => new Q(units * room, all));
  if (how === 'largest_remainder') return handOut(units, dues);
  const given = dues.map((due) => due.floor());
  for (let index = rooms.length - 1; index >= 0; index -= 1) {
    const left = units - addUp(given);
    const room = (rooms[index] ?? 0n) - (given[index] ?? 0n);
    given[index] = (given[index] ?? 0n) + (left > room ? room : left);
  }
  return given;
}

/** The pieces of a quantity under a price: usage and flat fee of each tier reached. */
function pieces({ price, quantity }: PlainTerms): Q[] {
  const q = Q.of(quantity);
  const { tiers } = price;
  if (tiers === undefined) {
    const unit = Q.of(price.unit ?? '0');
    if (price.divideBy === undefined) return [q.times(unit)];
    const exact = q.over(Q.of(price.divideBy.by));
    const low = exact.floor();
    const isPart = exact.above(whole(low));
    return [whole(price.divideBy.round === 'up' && isPart ? low + 1n : low).times(unit)];
  }
  if (price.mode === 'volume') {
    const tier = tiers.find(({ upTo }) => upTo === null || !q.above(Q.of(upTo)));
    if (tier === undefined) return [];
    return [q.times(Q.of(tier.unit)), ...(tier.flat === null ? [] : [Q.of(tier.flat)])];
  }
  const found: Q[] = [];
  let low = NOUGHT;
  for (const [index, { upTo, unit, flat }] of tiers.entries()) {
    if (index > 0 && !q.above(low)) break;
    const high = upTo === null || Q.of(upTo).above(q) ? q : Q.of(upTo);
    found.push(high.minus(low).times(Q.of(unit)));
    if (flat !== null) found.push(Q.of(flat));
    if (upTo !== null) low = Q.of(upTo);
  }
  return found;
}

const MAY = Date.UTC(2026, 4, 1);
const JUNE = Date.UTC(2026, 5, 1);
const MAY_SECONDS = BigInt((JUNE - MAY) / 1000);

function isInForce(coupon: PlainCoupon, at: number): boolean {
  const [month, day] = coupon.start;
  if (coupon.isOnce && coupon.isUsed) return false;
  if (Date.UTC(2026, month - 1, day) > at) return false;
  return coupon.months === null || at < Date.UTC(2026, month - 1 + coupon.months, day);
}

/** Those of the invoice as a whole at an instant. */
function overall(plain: PlainInvoice, at: number): readonly PlainCoupon[] {
  const own = plain.coupons.filter((coupon) => isInForce(coupon, at));
  if (own.length > 0) return own;
  return plain.customerCoupon !== null && isInForce(plain.customerCoupon, at) ? [plain.customerCoupon] : [];
}

type Row = {
  readonly item: number;
  readonly isPart: boolean;
  readonly hasMeter: boolean;
  readonly amount: bigint;
  left: bigint;
  discount: bigint;
  credit: bigint;
  taxes: { readonly rate: number; readonly amount: bigint }[];
};

const row = (item: number, amount: bigint, isPart: boolean, hasMeter: boolean): Row => ({
  item,
  isPart,
  hasMeter,
  amount,
  left: amount,
  discount: 0n,
  credit: 0n,
  taxes: [],
});

export function invoiceByOracle(plain: PlainInvoice): OracleInvoice {
  const rows = [...partRows(plain), ...itemRows(plain)];
  discount(plain, rows);
  const grantsLeft = credit(plain, rows);
  tax(plain, rows);
  const taxes = rows.flatMap((one) => one.taxes);
  const inclusive = addUp(taxes.filter(({ rate }) => plain.rates[rate]?.isInclusive).map(({ amount }) => amount));
  const tax_ = addUp(taxes.map(({ amount }) => amount));
  const total = addUp(rows.map(({ left }) => left)) + tax_ - inclusive;
  const owed = total + plain.balance;
  return {
    lines: rows.map(({ amount, discount: off, credit: paid, taxes: own }) => ({
      amount,
      discount: off,
      credit: paid,
      taxes: own.map((one) => one.amount),
    })),
    subtotal: addUp(rows.map(({ amount }) => amount)),
    discount: addUp(rows.map((one) => one.discount)),
    credit: addUp(rows.map((one) => one.credit)),
    tax: tax_,
    inclusive,
    total,
    due: owed > 0n ? owed : 0n,
    ending: owed > 0n ? 0n : owed,
    grantsLeft,
  };
}

const inUnits = (plain: PlainInvoice, value: Q): bigint =>
  toInteger(value.over(whole(plain.unit)), plain.options.rounding) * plain.unit;

/** Amounts that sum to their rounded sum. */
function together(plain: PlainInvoice, values: readonly Q[]): bigint[] {
  const units = values.map((value) => value.over(whole(plain.unit)));
  return handOut(toInteger(addQ(units), plain.options.rounding), units).map((unit) => unit * plain.unit);
}

function itemRows(plain: PlainInvoice): Row[] {
  return plain.items.flatMap(({ kind, terms }, item) => {
    const exacts = pieces(terms);
    const amounts =
      plain.options.roundAt === 'total' ? together(plain, exacts) : exacts.map((exact) => inUnits(plain, exact));
    return amounts.map((amount) => row(item, amount, false, kind === 'metered'));
  });
}

function partRows(plain: PlainInvoice): Row[] {
  const ordered = plain.changes
    .map((change, index) => ({ ...change, index }))
    .sort((a, b) => a.second - b.second || a.item - b.item || a.index - b.index);
  const before = new Map<number, number>();
  return ordered.flatMap(({ item, second, from, to }) => {
    const at = MAY + second * 1000;
    const chargedBefore = before.get(item) ?? MAY;
    before.set(item, at);
    const rest = new Q(MAY_SECONDS - BigInt(second), MAY_SECONDS);
    const part = (terms: PlainTerms | null, sign: bigint, charged: number): Row[] => {
      if (terms === null) return [];
      const share = rest.times(kept(plain, item, charged)).times(whole(sign));
      return [row(item, inUnits(plain, addQ(pieces(terms)).times(share)), true, false)];
    };
    return [...part(from, -1n, chargedBefore), ...part(to, 1n, at)];
  });
}

/** What lasting percent coupons leave of an item that was charged at an instant. */
function kept(plain: PlainInvoice, item: number, at: number): Q {
  const coupons = [
    ...(plain.items[item]?.coupons ?? []).filter((coupon) => isInForce(coupon, at)),
    ...overall(plain, at),
  ].filter(({ isOnce, products }) => !isOnce && (products === null || products.includes(item)));
  let keep = whole(1n);
  for (const { percent } of coupons) {
    if (percent !== null) keep = keep.times(whole(100n).minus(Q.of(percent)).over(whole(100n)));
  }
  return keep;
}

function discount(plain: PlainInvoice, rows: Row[]): void {
  const turns = [
    ...plain.items.flatMap(({ coupons }, item) =>
      coupons.filter((one) => isInForce(one, JUNE)).map((coupon) => ({ coupon, item })),
    ),
    ...overall(plain, JUNE).map((coupon) => ({ coupon, item: null })),
  ];
  for (const { coupon, item } of turns) {
    const isMeant = (one: Row): boolean =>
      !one.isPart &&
      (item === null || one.item === item) &&
      (coupon.products === null || coupon.products.includes(one.item));
    const rooms = rows.map((one) => (isMeant(one) && one.left > 0n ? one.left : 0n));
    const bases = rows.map((one) => (isMeant(one) && one.amount > 0n ? one.amount : 0n));
    const taken =
      coupon.percent === null ? fixed(plain, coupon.amount ?? 0n, rooms) : percent(plain, coupon.percent, rooms, bases);
    for (const [index, one] of rows.entries()) {
      const off = taken[index] ?? 0n;
      one.left -= off;
      one.discount += off;
    }
  }
}

function fixed(plain: PlainInvoice, amount: bigint, rooms: readonly bigint[]): bigint[] {
  const { unit, options } = plain;
  const slots = rooms.map((room) => room / unit);
  const most = addUp(slots);
  const wanted = amount / unit;
  return spread(wanted > most ? most : wanted, slots, options.amountDiscount).map((slot) => slot * unit);
}

function percent(plain: PlainInvoice, text: string, rooms: readonly bigint[], bases: readonly bigint[]): bigint[] {
  const { percentDiscount, stackedDiscounts } = plain.options;
  const share = Q.of(text).over(whole(100n));
  const from = stackedDiscounts === 'full' ? bases : rooms;
  const exacts = from.map((base) => whole(base).times(share));
  const amounts = percentDiscount === 'total' ? together(plain, exacts) : exacts.map((exact) => inUnits(plain, exact));
  return amounts.map((amount, index) => {
    const room = rooms[index] ?? 0n;
    return amount > room ? room : amount;
  });
}

function credit(plain: PlainInvoice, rows: Row[]): bigint[] {
  const left = plain.grants.map(({ amount }) => amount);
  const far = Number.MAX_SAFE_INTEGER;
  const order = plain.grants
    .map((grant, index) => ({ grant, index }))
    .filter(({ grant }) => grant.expires !== 0)
    .sort(
      (a, b) =>
        a.grant.priority - b.grant.priority ||
        (a.grant.expires ?? far) - (b.grant.expires ?? far) ||
        Number(b.grant.isPromotional) - Number(a.grant.isPromotional) ||
        a.grant.effectiveDay - b.grant.effectiveDay ||
        a.grant.createdDay - b.grant.createdDay ||
        a.index - b.index,
    );
  for (const { grant, index } of order) {
    const rooms = rows.map((one) => {
      const isMeant = one.hasMeter && (grant.prices === null || grant.prices.includes(one.item));
      return isMeant && one.left > 0n ? one.left / plain.unit : 0n;
    });
    const most = addUp(rooms);
    const wanted = grant.amount / plain.unit;
    const given = spread(wanted > most ? most : wanted, rooms, plain.options.creditSharing);
    for (const [place, one] of rows.entries()) {
      const paid = (given[place] ?? 0n) * plain.unit;
      one.left -= paid;
      one.credit += paid;
      left[index] = (left[index] ?? 0n) - paid;
    }
  }
  return left;
}

function tax(plain: PlainInvoice, rows: Row[]): void {
  const ratesOf = (one: Row): readonly number[] => {
    const own = plain.items[one.item]?.rates ?? [];
    return own.length > 0 ? own : plain.defaultRates;
  };
  const percentOf = (rate: number): Q => Q.of(plain.rates[rate]?.percent ?? '0');
  const isInclusive = (rate: number): boolean => plain.rates[rate]?.isInclusive === true;
  const base = rows.map((one) => one.left);
  const found = rows.map(() => new Map<number, bigint>());
  for (const kind of [true, false]) {
    const exact = (index: number, rate: number): Q => {
      const one = rows[index];
      const inclusive = addQ(one === undefined ? [] : ratesOf(one).filter(isInclusive).map(percentOf));
      const of = kind ? whole(100n).plus(inclusive) : whole(100n);
      return whole(base[index] ?? 0n)
        .times(percentOf(rate))
        .over(of);
    };
    for (const rate of plain.rates.keys()) {
      if (isInclusive(rate) !== kind) continue;
      const places = rows.flatMap((one, index) => (ratesOf(one).includes(rate) ? [index] : []));
      const exacts = places.map((index) => exact(index, rate));
      const amounts =
        plain.options.taxRounding === 'total' ? together(plain, exacts) : exacts.map((value) => inUnits(plain, value));
      for (const [place, index] of places.entries()) found[index]?.set(rate, amounts[place] ?? 0n);
    }
    if (!kind) continue;
    for (const [index, own] of found.entries()) base[index] = (base[index] ?? 0n) - addUp([...own.values()]);
  }
  for (const [index, one] of rows.entries()) {
    one.taxes = ratesOf(one).map((rate) => ({ rate, amount: found[index]?.get(rate) ?? 0n }));
  }
}
