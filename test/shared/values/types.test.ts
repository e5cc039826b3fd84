import { describe, expect, expectTypeOf, test } from 'vitest';
import type { CustomerId, MeterKey, UsageId } from '../../../shared/billing/ids.ts';
import type { Decimal } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import {
  addMoney,
  type Currency,
  type MinorRate,
  type Money,
  money,
  subtractMoney,
} from '../../../shared/values/money.ts';
import { type MonthKey, monthPeriod } from '../../../shared/values/period.ts';
import type { Quantity } from '../../../shared/values/quantity.ts';

/** The compiler is the test here: `tsc` fails where a line marked as an error is none. */
type Usd = Currency & 'usd';
type Jpy = Currency & 'jpy';

const usd = money('usd' as Usd, 1n);
const jpy = money('jpy' as Jpy, 1n);

describe('mixing does not compile', () => {
  test('two currencies', () => {
    expectTypeOf<Money<Jpy>>().not.toExtend<Money<Usd>>();
    expectTypeOf(addMoney(usd, usd)).toEqualTypeOf<Money<Usd>>();
    // @ts-expect-error yen are not added to dollars
    expect(() => addMoney(usd, jpy)).toThrow('usd and jpy');
    // @ts-expect-error nor taken away from them
    expect(() => subtractMoney(jpy, usd)).toThrow('jpy and usd');
  });

  test('a plain number or text and a branded one', () => {
    expectTypeOf<number>().not.toExtend<Instant>();
    expectTypeOf<Instant>().toExtend<number>();
    expectTypeOf<string>().not.toExtend<MonthKey>();
    expectTypeOf<string>().not.toExtend<Currency>();
    // @ts-expect-error a number is not yet an instant
    expect(formatInstant(0)).toBe('1970-01-01T00:00:00Z');
    // @ts-expect-error a text is not yet a month
    expect(monthPeriod('2026-05').from).toBe(Date.UTC(2026, 4));
  });

  test('a quantity, a rate and a bare decimal', () => {
    expectTypeOf<Decimal>().not.toExtend<Quantity>();
    expectTypeOf<Quantity>().toExtend<Decimal>();
    expectTypeOf<MinorRate>().not.toExtend<Quantity>();
    expectTypeOf<Quantity>().not.toExtend<MinorRate>();
    expectTypeOf<number>().not.toExtend<Decimal>();
    expectTypeOf<bigint>().not.toExtend<Decimal>();
  });

  test('ids of different things', () => {
    expectTypeOf<UsageId>().not.toExtend<CustomerId>();
    expectTypeOf<CustomerId>().not.toExtend<UsageId>();
    expectTypeOf<MeterKey>().not.toExtend<UsageId>();
    expectTypeOf<Money<Usd>['minor']>().toEqualTypeOf<bigint>();
  });
});
