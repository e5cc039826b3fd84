import { negate } from '../../values/decimal.ts';
import { type Net, sumNets } from '../adjust/net.ts';
import type { Step } from './built-invoice.ts';
import type { DraftLine } from './draft-line.ts';

/** A step that takes something from lines: its amounts are negative, those per line too. */
export function takingStep(
  step: Pick<Step, 'type' | 'id' | 'label' | 'leftMinor' | 'note'>,
  lines: readonly DraftLine[],
  taken: readonly Net[],
): Step {
  const { exact, minor } = sumNets(taken);
  const applied = taken.flatMap((net, index) => {
    const line = lines[index];
    return line === undefined || net.minor === 0n ? [] : [{ lineKey: line.key, amountMinor: -net.minor }];
  });
  return { ...step, exact: negate(exact), amountMinor: -minor, isIncluded: false, applied };
}
