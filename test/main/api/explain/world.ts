import type { Series, World } from '../reconcile/world.ts';

const HOURS = 744;

/** What customers use by the hour; no two are alike. */
export const usageOf = (salt: number): { readonly [hour: number]: string } =>
  Object.fromEntries(
    Array.from({ length: HOURS }, (_, hour) => [hour, String(200 + ((hour * 7919 + salt * 613 + hour * hour) % 1013))]),
  );

type Change = (value: bigint, hour: number) => bigint | null;

const pushed = (usage: { readonly [hour: number]: string }, change: Change): Series =>
  Object.fromEntries(
    Object.entries(usage).flatMap(([hour, text]) => {
      const value = change(BigInt(text), Number(hour));
      return value === null ? [] : [[hour, String(value)]];
    }),
  );

/** Month-to-date totals, up to an hour. */
export function totals(usage: { readonly [hour: number]: string }, until: number): Series {
  let total = 0n;
  return Object.fromEntries(
    Object.entries(usage).flatMap(([hour, text]) => {
      total += BigInt(text);
      return Number(hour) < until ? [[hour, String(total)]] : [];
    }),
  );
}

const exactly: Change = (value) => value;
const missed: Change = (value, hour) => (hour >= 315 && hour < 319 ? null : value);

const ids = ['01', '02', '03', '04', '05', '06', '07', '08'];
const cpu = Object.fromEntries(ids.map((id, index) => [`ws_${id}`, usageOf(index)]));
const net = Object.fromEntries(ids.map((id, index) => [`ws_${id}`, usageOf(100 + index)]));
const mem = Object.fromEntries(ids.map((id, index) => [`ws_${id}`, usageOf(200 + index)]));
const lost = usageOf(500);

/** What was planted in each cell; every other one agrees. */
const CPU: Readonly<Record<string, Change>> = {
  '01': missed,
  '02': missed,
  '03': missed,
  '04': missed,
  '05': missed,
  '06': (value, hour) => (hour === 400 ? value * 2n : value),
  '08': (value) => value * 1024n,
};
const NET: Readonly<Record<string, Change>> = {
  '01': missed,
  '02': missed,
  '07': (value, hour) => value + BigInt(lost[hour] ?? '0'),
};

/** Eight customers on three meters in May 2026, and a usage id that leads to nobody. */
export const plantedWorld: World = {
  meters: [
    { key: 'cpu', unit: 'CPU-seconds' },
    { key: 'net', unit: 'GiB' },
    { key: 'mem', unit: 'GiB-hours', formula: 'last' },
  ],
  customers: ids.map((id) => ({ id: `cus_${id}`, name: `Customer ${id}`, usageIds: [`ws_${id}`] })),
  usage: { cpu, net: { ...net, ws_lost: lost }, mem },
  metered: {
    cpu: Object.fromEntries(ids.map((id) => [`cus_${id}`, pushed(cpu[`ws_${id}`] ?? {}, CPU[id] ?? exactly)])),
    net: Object.fromEntries(ids.map((id) => [`cus_${id}`, pushed(net[`ws_${id}`] ?? {}, NET[id] ?? exactly)])),
    mem: Object.fromEntries(ids.map((id) => [`cus_${id}`, totals(mem[`ws_${id}`] ?? {}, id === '03' ? 700 : HOURS)])),
  },
  prices: [
    { id: 'price_cpu', meter: 'cpu', unitAmount: '2' },
    { id: 'price_net', meter: 'net', unitAmount: '1' },
    { id: 'price_mem', meter: 'mem', unitAmount: '3' },
  ],
  items: ids.flatMap((id) =>
    ['cpu', 'net', 'mem'].map((meter) => ({ customer: `cus_${id}`, price: `price_${meter}` })),
  ),
};
