import type {
  DraftProblem,
  MeterDraft,
  MeterSettingsList,
  StripeMeter,
} from '../../../shared/contract/meter-schemas.ts';
import { formatQuantity, groupNumbersIn } from '../../format/number.ts';
import { plural } from '../../format/words.ts';

/** A meter that nothing is said of yet. */
export const newDraft = (eventName = ''): MeterDraft => ({
  key: /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/.test(eventName) ? eventName : '',
  unit: '',
  stripe: { by: 'eventName', value: eventName },
  tolerance: { relative: '', absolute: '', staleness: '' },
  usage: {
    template: 'events',
    table: '',
    columns: {},
    scale: '',
    combine: '',
    maxGap: '',
    bucket: '',
    grace: '',
    aggregate: '',
    end: '',
    visibility: '',
    gauge: false,
    final: true,
    keep: false,
    filter: null,
    query: '',
  },
});

export const isSameDraft = (a: MeterDraft, b: MeterDraft): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Of how many meters, and what Stripe has beside them. */
export function settingsSentence({ meters, stripeMeters }: MeterSettingsList): string {
  const others = unconfigured(stripeMeters).length;
  const own = `${meters.length} ${plural(meters.length, 'meter')} in tieout.yaml`;
  if (stripeMeters.length === 0) return `${own}; the meters of Stripe have not been pulled yet.`;
  return others === 0
    ? `${own}; none of Stripe’s is left out.`
    : `${own}; Stripe has ${others} more that nothing is compared with.`;
}

export const unconfigured = (meters: readonly StripeMeter[]): readonly StripeMeter[] =>
  meters.filter(({ configuredAs, isActive }) => configuredAs === null && isActive);

/** What stands in the way of saving. */
export const errorsOf = (problems: readonly DraftProblem[]): readonly DraftProblem[] =>
  problems.filter(({ severity }) => severity !== 'warning');

/** One line over the form. */
export function draftSentence(problems: readonly DraftProblem[] | undefined, isNew: boolean): string {
  if (problems === undefined) return isNew ? 'A new meter.' : 'Read from tieout.yaml.';
  const count = errorsOf(problems).length;
  if (count === 0) return 'The settings are in order. Try them on one customer and prove them before anyone is billed.';
  const missing = problems.filter(({ code }) => code === 'config.missing_key').length;
  return missing === count
    ? `${count} ${plural(count, 'field')} ${plural(count, 'is', 'are')} still to be filled in.`
    : `${count - missing} ${plural(count - missing, 'thing')} ${plural(count - missing, 'is', 'are')} wrong${missing === 0 ? '' : `, ${missing} missing`}.`;
}

/** `1/1000000` as what it means: how many native units make a billed one, or the other way round. */
export function unitsSentence(units: {
  readonly native: string;
  readonly billed: string;
  readonly scale: string;
  readonly inverse: string;
}): string {
  const { native, billed, scale, inverse } = units;
  if (scale === '1') return `1 ${native} is 1 ${billed}, as it is.`;
  if (!inverse.includes('/')) return `${formatQuantity(inverse)} ${native} make 1 ${billed}, exactly.`;
  if (!scale.includes('/')) return `1 ${native} makes ${formatQuantity(scale)} ${billed}, exactly.`;
  return groupNumbersIn(`1 ${native} makes ${scale} ${billed}, exactly.`);
}

/** Tolerances as one cell of a table says them. */
export const toleranceText = ({
  relative,
  absolute,
}: {
  readonly relative: string;
  readonly absolute: string;
}): string => (absolute === '0' ? relative : relative === '0' ? `${absolute} abs.` : `${relative} or ${absolute} abs.`);
