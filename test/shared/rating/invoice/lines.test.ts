import { describe, expect, test } from 'vitest';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { formatInstant } from '../../../../shared/values/instant.ts';
import { at, build, discountOf, type World } from './invoice-maker.ts';

const day = (instant: Parameters<typeof formatInstant>[0]): string => formatInstant(instant).replace('T00:00:00Z', '');

/** `description | exact | amount | service period`, one per line of the invoice. */
const shown = (world: World): readonly string[] =>
  build(world).lines.map(({ description, exact, amountMinor, servicePeriod: { from, to } }) =>
    [description, formatDecimal(exact), amountMinor, `${day(from)}/${day(to)}`].join(' | '),
  );

const codes = (world: World): readonly string[] => build(world).notes.map(({ code }) => code);

const LADDER = [
  ['5', '700'],
  ['10', '650'],
  [null, '600'],
] as const;
const MAY = '2026-05-01/2026-06-01';
const JUNE = '2026-06-01/2026-07-01';

describe('metered lines, in arrears', () => {
  test('the hand-computed bill of a machine: 2 + 2 + 0 + 1 = 5 cents', () => {
    const world: World = {
      items: [
        // 3600 × 0.0006944 cents = 2.49984
        { id: 'cpu', price: { unit: '0.0006944' }, used: '3600' },
        // 7200 × 0.0003472 = 2.49984
        { id: 'memory', price: { unit: '0.0003472' }, used: '7200' },
        // 36000 × 0.000006 = 0.216
        { id: 'disk', price: { unit: '0.000006' }, used: '36000' },
        // 0.234375 × 5 = 1.171875
        { id: 'egress', price: { unit: '5' }, used: '0.234375' },
      ],
    };
    expect(build(world).lines.map(({ amountMinor }) => amountMinor)).toEqual([2n, 2n, 0n, 1n]);
    expect(build(world).totalMinor).toBe(5n);
    // 2.49984 + 2.49984 + 0.216 + 1.171875 = 6.387555, which alone would be 6
    expect(formatDecimal(build(world).steps[0]?.exact ?? { coefficient: 0n, scale: 0 })).toBe('6.387555');
  });

  test.each([
    // 5 × 7.00
    ['graduated', '5', ['5 × Product prod_a (Tier 1 at 7.00 USD / month) | 3500 | 3500']],
    // 5 × 7.00 + 1 × 6.50 = 41.50
    [
      'graduated',
      '6',
      [
        '5 × Product prod_a (Tier 1 at 7.00 USD / month) | 3500 | 3500',
        '1 × Product prod_a (Tier 2 at 6.50 USD / month) | 650 | 650',
      ],
    ],
    // 35 + 32.50 + 10 × 6.00 = 127.50
    [
      'graduated',
      '20',
      [
        '5 × Product prod_a (Tier 1 at 7.00 USD / month) | 3500 | 3500',
        '5 × Product prod_a (Tier 2 at 6.50 USD / month) | 3250 | 3250',
        '10 × Product prod_a (Tier 3 at 6.00 USD / month) | 6000 | 6000',
      ],
    ],
    // 6 × 6.50 = 39
    ['volume', '6', ['6 × Product prod_a (Tier 2 at 6.50 USD / month) | 3900 | 3900']],
    // 25 × 6.00 = 150
    ['volume', '25', ['25 × Product prod_a (Tier 3 at 6.00 USD / month) | 15000 | 15000']],
  ] as const)("Stripe's documented ladder, %s, %s units", (tiersMode, used, lines) => {
    const price = { tiersMode, bands: LADDER };
    expect(shown({ items: [{ id: 'a', price, used }] })).toEqual(lines.map((line) => `${line} | ${MAY}`));
  });

  test('a flat amount is a line of its own, and states no quantity', () => {
    const bands = [
      ['1000', '0', '1000'],
      [null, '0.5'],
    ] as const;
    const { lines } = build({ items: [{ id: 'a', price: { bands }, used: '1500' }] });
    const rows = lines.map(({ type, tier, quantity, statedQuantity, amountMinor }) => [
      type,
      tier,
      formatDecimal(quantity),
      formatDecimal(statedQuantity),
      amountMinor,
    ]);
    expect(rows).toEqual([
      ['usage', 1, '1000', '1000', 0n],
      ['flat', 1, '1', '0', 1000n],
      // 500 × 0.5 = 250
      ['usage', 2, '500', '500', 250n],
    ]);
    expect(lines[1]?.description).toBe('Product prod_a (Tier 1 at 10.00 USD / month)');
  });

  test('the first flat amount is owed at quantity 0', () => {
    const bands = [
      ['250', '0', '10000'],
      [null, '0', '15000'],
    ] as const;
    expect(build({ items: [{ id: 'a', price: { bands, tiersMode: 'volume' }, used: '0' }] }).totalMinor).toBe(10_000n);
  });

  test.each([
    ['raw', '1001'],
    ['transformed', '11'],
  ] as const)('packages are priced, and the line states the %s quantity', (packageLine, stated) => {
    const price = { unit: '300', transformQuantity: { divideBy: '100', round: 'up' as const } };
    const { lines } = build({ items: [{ id: 'a', price, used: '1001' }], options: { packageLine } });
    // ⌈1001 ÷ 100⌉ = 11 packages at 3.00
    expect(lines[0]?.amountMinor).toBe(3300n);
    expect(formatDecimal(lines[0]?.quantity ?? { coefficient: 0n, scale: 0 })).toBe('11');
    expect(formatDecimal(lines[0]?.statedQuantity ?? { coefficient: 0n, scale: 0 })).toBe(stated);
    expect(lines[0]?.description).toBe('1001 × Product prod_a (at 3.00 USD / month per 100)');
  });

  test.each([
    // three tiers of 0.5 each: 1 + 1 + 1
    ['line', [1n, 1n, 1n]],
    // 1.5 → 2, of which the earlier lines take the units
    ['total', [1n, 1n, 0n]],
  ] as const)('rounded by %s', (roundAt, amounts) => {
    const bands = [
      ['1', '0.5'],
      ['2', '0.5'],
      [null, '0.5'],
    ] as const;
    const { lines } = build({ items: [{ id: 'a', price: { bands }, used: '3' }], options: { roundAt } });
    expect(lines.map(({ amountMinor }) => amountMinor)).toEqual(amounts);
  });

  test.each([
    // 7 × 3 yen
    ['jpy', '3', '7', 21n, 'Product prod_a (at 3 JPY / month)'],
    // 1500 × 0.3 fils = 450
    ['kwd', '0.3', '1500', 450n, 'Product prod_a (at 0.0003 KWD / month)'],
    // 0.000000000001 cents × 10^18 = 10^6
    ['usd', '0.000000000001', '1000000000000000000', 1_000_000n, 'Product prod_a (at 0.00000000000001 USD / month)'],
  ] as const)('%s at %s', (currency, unit, used, amount, described) => {
    const world: World = { items: [{ id: 'a', price: { currency, unit }, used }], subscription: { currency } };
    expect(build(world).totalMinor).toBe(amount);
    expect(build(world).lines[0]?.description).toBe(`${used} × ${described}`);
  });

  test('another currency of the price where the subscription has it', () => {
    const price = {
      unit: '100',
      currencyOptions: [{ currency: 'eur', unitAmount: '90', tiers: null }],
    };
    const world = { items: [{ id: 'a', price, used: '3' }], subscription: { currency: 'eur' } };
    expect(build(world).totalMinor).toBe(270n);
    expect(build(world).currency).toBe('eur');
  });

  test('amounts that can be paid, where the workspace asks for them', () => {
    const items = [{ id: 'a', price: { currency: 'kwd', unit: '1.5' }, used: '3' }];
    const world: World = { items, subscription: { currency: 'kwd' } };
    expect(build(world).totalMinor).toBe(5n);
    // 4.5 fils are 0 tens
    expect(build({ ...world, options: { smallestAmount: 'currency' } }).totalMinor).toBe(0n);
    const big: World = { ...world, items: [{ id: 'a', price: { currency: 'kwd', unit: '1.5' }, used: '4' }] };
    expect(build({ ...big, options: { smallestAmount: 'currency' } }).totalMinor).toBe(10n);
  });

  test('corrections that outweigh usage bill 0, and that is said', () => {
    const world: World = { items: [{ id: 'a', price: { unit: '100' }, used: '-3' }] };
    expect(build(world).totalMinor).toBe(0n);
    expect(codes(world)).toEqual(['invoice.usage_negative']);
    expect(build(world).isComplete).toBe(true);
  });
});

describe('licensed lines, in advance', () => {
  test('the quantity of the period that begins', () => {
    expect(shown({ items: [{ id: 'a', price: { unit: '1000' }, quantity: '3' }] })).toEqual([
      `3 × Product prod_a (at 10.00 USD / month) | 3000 | 3000 | ${JUNE}`,
    ]);
  });

  test('tiers and packages hold for them too', () => {
    // 5 × 7.00 + 1 × 6.50
    expect(build({ items: [{ id: 'a', price: { bands: LADDER }, quantity: '6' }] }).totalMinor).toBe(4150n);
    const price = { unit: '2500', transformQuantity: { divideBy: '10', round: 'up' as const } };
    // ⌈25 ÷ 10⌉ = 3 packages
    expect(build({ items: [{ id: 'a', price, quantity: '25' }] }).totalMinor).toBe(7500n);
  });

  test('metered and licensed items stand on one invoice, each for its own period', () => {
    const items = [
      { id: 'seats', price: { unit: '1000' }, quantity: '1' },
      { id: 'calls', price: { unit: '0.5' }, used: '101' },
    ];
    expect(shown({ items })).toEqual([
      `1 × Product prod_seats (at 10.00 USD / month) | 1000 | 1000 | ${JUNE}`,
      // 101 × 0.5 = 50.5 → 51
      `101 × Product prod_calls (at 0.005 USD / month) | 50.5 | 51 | ${MAY}`,
    ]);
  });

  test('the invoice at creation bills the first period of licensed items alone', () => {
    const items = [
      { id: 'seats', price: { unit: '1000' }, quantity: '2' },
      { id: 'calls', price: { unit: '0.5' }, used: '101' },
    ];
    expect(shown({ items, from: '2026-01-01', to: '2026-01-01' })).toEqual([
      '2 × Product prod_seats (at 10.00 USD / month) | 2000 | 2000 | 2026-01-01/2026-02-01',
    ]);
  });

  test('a later anchor makes the first period a part of a full one', () => {
    const world: World = {
      items: [{ id: 'a', price: { unit: '3100' }, quantity: '1', created: at('01-15') }],
      from: '01-15',
      to: '01-15',
      subscription: { startedAt: at('01-15'), created: at('01-15'), billingCycleAnchor: at('02-01') },
    };
    // 17 of 31 days, Jan 15 to Feb 1 of Jan 15 to Feb 15: 31.00 × 17 ÷ 31
    expect(shown(world)).toEqual(['1 × Product prod_a (at 31.00 USD / month) | 1700 | 1700 | 2026-01-15/2026-02-01']);
  });

  test('an item bills at the boundaries of its own interval', () => {
    const yearly = { unit: '12000', interval: { unit: 'year' as const, count: 1 } };
    const items = [{ id: 'a', price: yearly, quantity: '1' }];
    expect(shown({ items })).toEqual([]);
    expect(shown({ items, from: '2026-12-01', to: '2027-01-01' })).toEqual([
      '1 × Product prod_a (at 120.00 USD / year) | 12000 | 12000 | 2027-01-01/2028-01-01',
    ]);
    const quarterly = { unit: '1', interval: { unit: 'month' as const, count: 3 } };
    expect(shown({ items: [{ id: 'a', price: quarterly, used: '7' }], from: '03-01', to: '04-01' })).toEqual([
      '7 × Product prod_a (at 0.01 USD every 3 months) | 7 | 7 | 2026-01-01/2026-04-01',
    ]);
  });

  test('an anchor on the 31st clamps', () => {
    const world: World = {
      items: [{ id: 'a', price: { unit: '1000' }, quantity: '1' }],
      from: '01-31',
      to: '02-28',
      subscription: { billingCycleAnchor: at('01-31'), startedAt: at('01-31'), created: at('01-31') },
    };
    expect(shown(world)).toEqual(['1 × Product prod_a (at 10.00 USD / month) | 1000 | 1000 | 2026-02-28/2026-03-31']);
  });

  test('a quantity of 0 costs nothing and is shown', () => {
    expect(build({ items: [{ id: 'a', price: { unit: '1000' }, quantity: '0' }] }).lines).toHaveLength(1);
  });
});

describe('starting and ending within a period', () => {
  test('what is used before the start or after a planned end is not asked for', () => {
    const spans: string[] = [];
    const used = (from: string, to: string): string => {
      spans.push(`${from.slice(0, 10)}/${to.slice(0, 10)}`);
      return '10';
    };
    const items = [{ id: 'a', price: { unit: '100' }, used }];
    build({ items, subscription: { startedAt: at('05-10'), created: at('05-10') } });
    build({ items, subscription: { endedAt: at('05-20'), cancelAt: at('05-20') } });
    build({ items: [{ ...items[0], id: 'a', price: { unit: '100' }, used, created: at('05-12') }] });
    expect(spans).toEqual(['2026-05-10/2026-06-01', '2026-05-01/2026-05-20', '2026-05-12/2026-06-01']);
  });

  test('metered items are not prorated: a flat amount is owed in full', () => {
    const bands = [[null, '0', '1000']] as const;
    const items = [{ id: 'a', price: { bands }, used: '0' }];
    expect(build({ items, subscription: { startedAt: at('05-31'), created: at('05-31') } }).totalMinor).toBe(1000n);
  });

  test('cancelled at the period end: usage is billed, nothing in advance', () => {
    const items = [
      { id: 'seats', price: { unit: '1000' }, quantity: '1' },
      { id: 'calls', price: { unit: '1' }, used: '10' },
    ];
    const planned: World = { items, subscription: { cancelAt: at('06-01'), canceledAt: at('05-14') } };
    expect(build(planned).totalMinor).toBe(10n);
    const ended = { endedAt: at('06-01'), canceledAt: at('05-14'), status: 'canceled' as const };
    expect(build({ items, subscription: ended }).totalMinor).toBe(10n);
  });

  test.each([
    // 1000 × 14 ÷ 30 days of June = 466.66…
    ['a part', { cancelAt: at('06-15'), canceledAt: at('05-20') }, 467n],
    ['all', { cancelAt: at('07-01'), canceledAt: at('05-20') }, 1000n],
    ['all, where the end was planned only later,', { cancelAt: at('06-15'), canceledAt: at('06-02') }, 1000n],
    ['all, where it came at once,', { endedAt: at('06-15'), canceledAt: at('06-15') }, 1000n],
  ])('%s of the period in which it ends is charged in advance', (_, subscription, expected) => {
    const items = [{ id: 'seats', price: { unit: '1000' }, quantity: '1' }];
    expect(build({ items, subscription }).totalMinor).toBe(expected);
  });

  test('cancelled at once: pending usage is dropped, and that is said', () => {
    const items = [{ id: 'calls', price: { unit: '1' }, used: '10' }];
    const subscription = { endedAt: at('05-14'), canceledAt: at('05-14'), status: 'canceled' as const };
    for (const to of ['05-14', '06-01']) {
      const world: World = { items, to, subscription };
      expect(build(world).lines).toEqual([]);
      expect(codes(world)).toEqual(['invoice.usage_dropped']);
    }
  });

  test('after the end nothing is billed', () => {
    const world: World = {
      items: [{ id: 'seats', price: { unit: '1000' }, quantity: '1' }],
      subscription: { endedAt: at('04-01') },
    };
    expect(build(world).lines).toEqual([]);
    expect(codes(world)).toEqual(['invoice.subscription_inactive']);
  });

  test('an item that came after the period is no part of it', () => {
    expect(shown({ items: [{ id: 'a', price: { unit: '1' }, used: '1', created: at('06-02') }] })).toEqual([]);
  });

  test('a price that came within the period bills what was used from then on', () => {
    const used = (from: string): string => (from === '2026-05-16T00:00:00Z' ? '7' : '100');
    const world: World = {
      items: [{ id: 'a', price: { unit: '1' }, used }],
      prices: [{ id: 'price_old', unit: '2', usageType: 'metered', meterId: 'mtr_a' }],
      changes: [
        {
          at: at('05-16'),
          itemId: 'a',
          from: { priceId: 'price_old', quantity: null },
          to: { priceId: 'price_a', quantity: null },
        },
      ],
    };
    expect(shown(world)).toEqual(['7 × Product prod_a (at 0.01 USD / month) | 7 | 7 | 2026-05-16/2026-06-01']);
    expect(codes(world)).toEqual(['invoice.usage_dropped']);
  });

  test("Stripe's own word on an item's period is taken", () => {
    const currentPeriod = { from: at('05-07'), to: at('06-01') };
    expect(shown({ items: [{ id: 'a', price: { unit: '1' }, used: '1', currentPeriod }] })).toEqual([
      '1 × Product prod_a (at 0.01 USD / month) | 1 | 1 | 2026-05-07/2026-06-01',
    ]);
  });

  test('a period off the boundaries, as before a change of the anchor, is taken as it is', () => {
    const world: World = {
      items: [{ id: 'a', price: { unit: '1' }, used: '5' }],
      from: '05-03',
      to: '06-03',
    };
    expect(shown(world)).toEqual(['5 × Product prod_a (at 0.01 USD / month) | 5 | 5 | 2026-05-03/2026-06-03']);
  });
});

describe('trials', () => {
  const trial = { from: at('05-01'), to: at('06-01') };
  const items = [
    { id: 'seats', price: { unit: '1000' }, quantity: '1' },
    { id: 'calls', price: { bands: [[null, '1', '500']] as const }, used: '10' },
  ];

  test('usage is shown and free, no flat amount either; the first licensed period begins with its end', () => {
    expect(shown({ items, subscription: { trial, startedAt: at('05-01'), billingCycleAnchor: at('06-01') } })).toEqual([
      `1 × Product prod_seats (at 10.00 USD / month) | 1000 | 1000 | ${JUNE}`,
      `Free trial of Product prod_calls | 0 | 0 | ${MAY}`,
    ]);
  });

  test('charged where the workspace says so', () => {
    const world: World = { items, subscription: { trial }, options: { trialUsage: 'charged' } };
    // 10.00 of the seat, 10 × 0.01 and 5.00 flat
    expect(build(world).totalMinor).toBe(1510n);
  });

  test('at creation a trial bills nothing', () => {
    const subscription = { trial, startedAt: at('05-01'), created: at('05-01'), billingCycleAnchor: at('06-01') };
    expect(shown({ items, subscription, from: '05-01', to: '05-01' })).toEqual([]);
  });

  test('one that ends within the period frees what was used before', () => {
    const used = (from: string): string => (from < '2026-05-15' ? '100' : '7');
    const world: World = {
      items: [{ id: 'calls', price: { unit: '1' }, used }],
      subscription: { trial: { from: at('05-01'), to: at('05-15') } },
    };
    expect(shown(world)).toEqual([
      'Free trial of Product prod_calls | 0 | 0 | 2026-05-01/2026-05-15',
      '7 × Product prod_calls (at 0.01 USD / month) | 7 | 7 | 2026-05-15/2026-06-01',
    ]);
  });

  test('one longer than the interval is one period', () => {
    const weekly = { unit: '1', interval: { unit: 'week' as const, count: 1 } };
    const world: World = {
      items: [{ id: 'calls', price: weekly, used: '10' }],
      from: '05-01',
      to: '05-31',
      subscription: {
        trial: { from: at('05-01'), to: at('05-31') },
        startedAt: at('05-01'),
        billingCycleAnchor: at('05-31'),
      },
      options: { trialUsage: 'charged' },
    };
    expect(shown(world)).toEqual(['10 × Product prod_calls (at 0.01 USD / week) | 10 | 10 | 2026-05-01/2026-05-31']);
  });

  test('its end before the anchor begins a shorter licensed period', () => {
    const world: World = {
      items: [{ id: 'seats', price: { unit: '3100' }, quantity: '1' }],
      from: '05-01',
      to: '05-15',
      subscription: { trial: { from: at('05-01'), to: at('05-15') }, billingCycleAnchor: at('06-01') },
    };
    // May 15 to June 1 are 17 of the 31 days to June 15
    expect(shown(world)).toEqual([
      '1 × Product prod_seats (at 31.00 USD / month) | 1700 | 1700 | 2026-05-15/2026-06-01',
    ]);
  });
});

describe('prorations', () => {
  const seats = { id: 'seats', price: { id: 'price_pro', unit: '1000' }, quantity: '1' };
  const terms = (priceId: string, quantity: string) => ({ priceId, quantity });
  const basic = { id: 'price_basic', productId: 'prod_basic', unit: '3100' };
  const pro = { id: 'price_pro', unit: '6200' };

  test('an upgrade in the middle: unused time back, remaining time charged', () => {
    const world: World = {
      items: [{ ...seats, price: pro }],
      prices: [basic],
      products: [{ id: 'prod_basic', name: 'Basic', isActive: true, isDeleted: false }],
      // 21 of 31 days are left
      changes: [{ at: at('05-11'), itemId: 'seats', from: terms('price_basic', '1'), to: terms('price_pro', '1') }],
    };
    expect(shown(world)).toEqual([
      // −31.00 × 21 ÷ 31
      'Unused time on Basic after 11 May 2026 | -2100 | -2100 | 2026-05-11/2026-06-01',
      // 62.00 × 21 ÷ 31
      'Remaining time on Product prod_seats after 11 May 2026 | 4200 | 4200 | 2026-05-11/2026-06-01',
      `1 × Product prod_seats (at 62.00 USD / month) | 6200 | 6200 | ${JUNE}`,
    ]);
    expect(build(world).lines[0]?.kind).toBe('proration');
    expect(build(world).lines[0]?.unitAmount).toBeNull();
  });

  test('by the second, each side rounded on its own', () => {
    const world: World = {
      items: [{ ...seats, quantity: '3' }],
      changes: [
        { at: at('05-31T23:59:59'), itemId: 'seats', from: terms('price_pro', '1'), to: terms('price_pro', '3') },
        { at: at('05-20T12:00:01'), itemId: 'seats', from: null, to: terms('price_pro', '1') },
      ],
    };
    expect(shown(world).slice(0, 3)).toEqual([
      // 1000 × 993 599 ÷ 2 678 400 seconds = 370.967…
      'Remaining time on Product prod_seats after 20 May 2026 | 370.967368578256 | 371 | 2026-05-20T12:00:01Z/2026-06-01',
      // 1000 × 1 ÷ 2 678 400
      'Unused time on Product prod_seats after 31 May 2026 | -0.000373357228 | 0 | 2026-05-31T23:59:59Z/2026-06-01',
      'Remaining time on 3 × Product prod_seats after 31 May 2026 | 0.001120071685 | 0 | 2026-05-31T23:59:59Z/2026-06-01',
    ]);
  });

  test('a half unit goes away from zero on both sides', () => {
    const odd = { id: 'price_pro', unit: '31' };
    const world: World = {
      items: [{ ...seats, price: odd }],
      // 15.5 of 31 days
      changes: [
        { at: at('05-16T12:00:00'), itemId: 'seats', from: terms('price_pro', '1'), to: terms('price_pro', '1') },
      ],
    };
    const amounts = build(world).lines.map(({ amountMinor }) => amountMinor);
    // 31 × 15.5 ÷ 31 = 15.5
    expect(amounts.slice(0, 2)).toEqual([-16n, 16n]);
  });

  test('tiers are priced whole, then prorated', () => {
    const bands = { id: 'price_pro', bands: LADDER };
    const world: World = {
      items: [{ ...seats, price: bands, quantity: '6' }],
      changes: [{ at: at('05-11'), itemId: 'seats', from: null, to: terms('price_pro', '6') }],
    };
    // (5 × 7.00 + 6.50) × 21 ÷ 31 = 28.1129…
    expect(build(world).lines[0]?.amountMinor).toBe(2811n);
  });

  test('removed: the unused time alone, also of an item that is gone', () => {
    const world: World = {
      items: [],
      prices: [basic],
      changes: [{ at: at('05-11'), itemId: 'gone', from: terms('price_basic', '1'), to: null }],
    };
    expect(build(world).subtotalMinor).toBe(-2100n);
  });

  test('a change within a shorter first period is a part of a full one', () => {
    const world: World = {
      items: [{ ...seats, price: basic, created: at('05-15') }],
      from: '05-15',
      subscription: { startedAt: at('05-15'), created: at('05-15') },
      changes: [{ at: at('05-22'), itemId: 'seats', from: null, to: terms('price_basic', '1') }],
    };
    // 10 days of the 31 from May 15 to June 15
    expect(build(world).lines[0]?.amountMinor).toBe(1000n);
  });

  test.each([
    ['outside the period', { at: at('06-01') }],
    ['before it', { at: at('04-30') }],
  ])('not %s', (_, when) => {
    const change = { ...when, itemId: 'seats', from: null, to: terms('price_pro', '1') };
    expect(build({ items: [seats], changes: [change] }).lines).toHaveLength(1);
  });

  test('not in a trial, nor of metered prices', () => {
    const change = { at: at('05-11'), itemId: 'seats', from: null, to: terms('price_pro', '1') };
    const trial = { from: at('05-01'), to: at('05-20') };
    expect(build({ items: [seats], changes: [change], subscription: { trial } }).lines).toHaveLength(1);
    const metered = { id: 'price_m', unit: '1', usageType: 'metered' as const, meterId: 'mtr_1' };
    const toMetered = { ...change, to: terms('price_m', '1') };
    expect(build({ items: [seats], prices: [metered], changes: [toMetered] }).lines).toHaveLength(1);
  });

  test('a change of the interval moves the periods, which cannot be known here', () => {
    const yearly = { id: 'price_year', unit: '9', interval: { unit: 'year' as const, count: 1 } };
    const world: World = {
      items: [seats],
      prices: [yearly],
      changes: [{ at: at('05-11'), itemId: 'seats', from: terms('price_pro', '1'), to: terms('price_year', '1') }],
    };
    expect(codes(world)).toEqual(['invoice.proration_unknown']);
    expect(build(world).isComplete).toBe(false);
  });

  test('percent discounts in force are in the amount, once coupons are not, and none is taken off again', () => {
    const change = { at: at('05-11'), itemId: 'seats', from: null, to: terms('price_basic', '1') };
    const world = (duration: 'forever' | 'once'): World => ({
      items: [{ ...seats, price: basic, quantity: '0' }],
      changes: [change],
      subscription: { discounts: [discountOf('half', { percentOff: '50', duration })] },
    });
    // 31.00 × 50 % × 21 ÷ 31
    expect(build(world('forever')).lines[0]).toMatchObject({ amountMinor: 1050n, discounts: [] });
    expect(build(world('once')).lines[0]).toMatchObject({ amountMinor: 2100n, discounts: [] });
  });

  const upgrade = (day: string) => ({
    at: at(day),
    itemId: 'seats',
    from: terms('price_basic', '1'),
    to: terms('price_basic', '2'),
  });
  const halfSince = (day: string, duration: 'forever' | 'once' = 'forever') =>
    discountOf('half', { percentOff: '50', duration }, { start: at(day) });
  const doubled = { ...seats, price: basic, quantity: '2' };

  test.each([
    // 31.00 was charged for May in full: 21 of its 31 days are given back undiscounted
    ['in the credit too, where it was charged with it', '05-01', [-1050n, 2100n]],
    ['not in the credit of what was charged before it began', '05-05', [-2100n, 2100n]],
    ['in neither, where it begins after the change', '05-12', [-2100n, 4200n]],
  ])('a percent discount is %s', (_, day, expected) => {
    const world = { items: [doubled], changes: [upgrade('05-11')], subscription: { discounts: [halfSince(day)] } };
    const lines = build(world).lines.filter(({ kind }) => kind === 'proration');
    expect(lines.map(({ amountMinor }) => amountMinor)).toEqual(expected);
  });

  test('a change in the last period reaches to the planned end', () => {
    const world: World = {
      items: [doubled],
      from: '06-01',
      to: '06-15',
      subscription: { cancelAt: at('06-15'), canceledAt: at('05-20') },
      changes: [upgrade('06-05')],
    };
    // 31.00 and 62.00 × 10 ÷ 30 days of June
    expect(build(world).lines.map(({ amountMinor }) => amountMinor)).toEqual([-1033n, 2067n]);
  });

  test('what a previous change charged is given back with the discount of that day', () => {
    const second = { ...upgrade('05-21'), from: terms('price_basic', '2'), to: terms('price_basic', '1') };
    const world: World = {
      items: [{ ...doubled, quantity: '1' }],
      changes: [upgrade('05-11'), second],
      subscription: { discounts: [halfSince('05-05')] },
    };
    const lines = build(world).lines.filter(({ kind }) => kind === 'proration');
    // 62.00 × 50 % × 11 ÷ 31 and 31.00 × 50 % × 11 ÷ 31
    expect(lines.slice(2).map(({ amountMinor }) => amountMinor)).toEqual([-1100n, 550n]);
  });

  test('whether a coupon that applied once is in what a credit gives back is not known', () => {
    const world = (usedDiscountIds: readonly string[]): World => ({
      items: [doubled],
      changes: [upgrade('05-11')],
      subscription: { discounts: [halfSince('05-01', 'once')] },
      usedDiscountIds,
    });
    expect(codes(world([]))).toEqual([]);
    expect(codes(world(['half']))).toEqual(['invoice.proration_unknown']);
  });

  test('what a fixed discount has in it is not known', () => {
    const change = { at: at('05-11'), itemId: 'seats', from: null, to: terms('price_basic', '1') };
    const world: World = {
      items: [{ ...seats, price: basic }],
      changes: [change],
      subscription: { discounts: [discountOf('ten', { amountOff: '10' })] },
    };
    expect(codes(world)).toEqual(['invoice.proration_unknown']);
  });
});
