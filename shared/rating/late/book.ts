import type { Period } from '../../values/period.ts';
import type { DetailedLine } from './line.ts';

/** A rated line that leaves open what booking fills in. */
export type UnbookedLine = Omit<DetailedLine, 'servicePeriod' | 'category' | 'paymentTerm'> & {
  readonly servicePeriod: Period | null;
  readonly category: DetailedLine['category'] | null;
  readonly paymentTerm: DetailedLine['paymentTerm'] | null;
};

/** What a line is booked with where it does not say so itself: the period rated, regular, in arrears (section 2). */
export const bookDefaults = (line: UnbookedLine, servicePeriod: Period): DetailedLine => ({
  ...line,
  servicePeriod: line.servicePeriod ?? servicePeriod,
  category: line.category ?? 'regular',
  paymentTerm: line.paymentTerm ?? 'arrears',
});
