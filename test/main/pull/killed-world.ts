import { customer, type FakeBilling, type FakeUsage, pullMeter, stripeMeter, wholeHours } from './fake-sources.ts';

const METERS = ['cpu', 'disk', 'mem'] as const;
const CUSTOMERS = 150;

export const killedMeters = METERS.map((key) => pullMeter(key));

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** A month whose every number depends on the version; a third of the cells drift. Every answer takes a millisecond. */
export function killedWorld(version: number): { readonly usage: FakeUsage; readonly billing: FakeBilling } {
  const ids = Array.from({ length: CUSTOMERS }, (_, index) => String(index).padStart(4, '0'));
  const value = (meter: number, index: number): number => (version + 1) * 1_000_000 + meter * 10_000 + index * 7;
  const usage = Object.fromEntries(
    METERS.map((key, meter) => [
      key,
      Object.fromEntries(ids.map((id, index) => [`ws_${id}`, wholeHours(value(meter, index), 2, 3)])),
    ]),
  );
  const perMeter = <T>(of: (meter: number, index: number) => T): Record<string, Record<string, T>> =>
    Object.fromEntries(
      METERS.map((key, meter) => [
        `mtr_${key}`,
        Object.fromEntries(ids.map((id, index) => [`cus_${id}`, of(meter, index)])),
      ]),
    );
  const metered = (meter: number, index: number): number => value(meter, index) + (index % 3 === 0 ? 9_999 : 5);
  return {
    usage: { usage, chunkCells: 10, before: pause },
    billing: {
      meters: METERS.map((key) => stripeMeter(`mtr_${key}`, key)),
      customers: ids.map((id) => customer(`cus_${id}`, `ws_${id}`)),
      totals: perMeter((meter, index) => String(metered(meter, index))),
      hours: perMeter((meter, index) => [[0, String(metered(meter, index))] as const]),
      before: pause,
    },
  };
}
