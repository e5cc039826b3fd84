import { type Incident, incidentsOf } from '../../../shared/reconciliation/explain/incidents.ts';
import type { IncidentRecord, MonthCauses } from '../../../shared/reconciliation/explain/month-causes.ts';
import { magnitude } from '../../../shared/reconciliation/hourly-series.ts';
import { formatInstant, HOUR_MS, instant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import type { MonthKey, Period } from '../../../shared/values/period.ts';
import { type MeterBlock, moneyAt, verdictAt } from '../reconcile/block.ts';
import { type ExplainedMeter, explainMeter, type Filed } from './explain-meter.ts';

/**
 * So many drifting cells of a month are looked at by the hour; more would make a comparison wait for minutes. They are
 * shared out over the meters, and what one does not need is left to the next.
 */
const MOST_ASKED = 10_000;

/** Gathers the incidents of a month, meter by meter. The blocks are not kept: only where the incident of a cell is noted. */
export class MonthExplainer {
  readonly #month: { readonly key: MonthKey; readonly period: Period };
  readonly #filed: { readonly filed: Filed; readonly incidents: Map<number, string> }[] = [];
  readonly #unexplained = new Map<string, bigint>();
  #unexplainedCells = 0;
  #notAsked = 0;
  #budget: number;
  #metersLeft: number;

  constructor(month: { readonly key: MonthKey; readonly period: Period; readonly meters: number }, most = MOST_ASKED) {
    this.#month = month;
    this.#budget = most;
    this.#metersLeft = month.meters;
  }

  /** Tells the causes of a compared meter, in its block. */
  add(block: MeterBlock): void {
    const share = Math.ceil(this.#budget / Math.max(1, this.#metersLeft));
    const found: ExplainedMeter = explainMeter(block, share);
    this.#budget -= found.asked;
    this.#metersLeft -= 1;
    this.#notAsked += found.notAsked;
    for (const filed of found.filed) this.#filed.push({ filed, incidents: block.incidents });
    this.#countUnexplained(block);
  }

  /** Names the incident of every cell in its block. */
  finish(): MonthCauses {
    const byCell = new Map(this.#filed.map((one) => [one.filed.explained.cell, one]));
    const incidents = incidentsOf(
      this.#filed.map(({ filed }) => filed.explained),
      this.#month,
    );
    for (const { id, cells } of incidents) {
      for (const cell of cells) {
        const one = byCell.get(cell);
        one?.incidents.set(one.filed.position, id);
      }
    }
    const { period } = this.#month;
    return {
      incidents: incidents.toSorted(byMoney).map((incident) => recordOf(incident, period)),
      unexplained: { cells: this.#unexplainedCells, money: moneyText(this.#unexplained) },
      notAsked: this.#notAsked,
    };
  }

  #countUnexplained(block: MeterBlock): void {
    for (const [position, { code }] of block.causes) {
      if (code !== 'unexplained' || verdictAt(block, position) === 'stale') continue;
      this.#unexplainedCells += 1;
      const money = moneyAt(block, position);
      if (money === null || money.differenceMinor === null) continue;
      const { currency, differenceMinor } = money;
      this.#unexplained.set(currency, (this.#unexplained.get(currency) ?? 0n) + magnitude(differenceMinor));
    }
  }
}

const moneyText = (sums: ReadonlyMap<string, bigint>): MonthCauses['unexplained']['money'] =>
  [...sums]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([currency, minor]) => ({ currency, difference: formatMinorAsMajor(minor, currency) }));

/** As the rows of the month stand: by currency, the largest difference first, what has no price last. */
function byMoney(a: Incident, b: Incident): number {
  const [one, other] = [a.money[0], b.money[0]];
  if (one === undefined || other === undefined) return (one === undefined ? 1 : 0) - (other === undefined ? 1 : 0);
  if (one.currency !== other.currency) return compareBytes(one.currency, other.currency);
  const [left, right] = [magnitude(one.differenceMinor), magnitude(other.differenceMinor)];
  return left === right ? 0 : left > right ? -1 : 1;
}

function recordOf(incident: Incident, period: Period): IncidentRecord {
  const { id, code, sentence, remedy, confidence, customers, meters, hours, factor, quantities, money } = incident;
  const at = (hour: number): string => formatInstant(instant(period.from + hour * HOUR_MS));
  return {
    id,
    code,
    cells: incident.cells.length,
    meters,
    hours: hours === null ? null : { from: at(hours.from), to: at(hours.to) },
    factor,
    money: money.map(({ currency, differenceMinor }) => ({
      currency,
      difference: formatMinorAsMajor(differenceMinor, currency),
    })),
    sentence,
    remedy,
    confidence,
    customers,
    quantities,
  };
}
