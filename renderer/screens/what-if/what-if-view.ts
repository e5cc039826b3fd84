import type { WhatIfPrice, WhatIfResult } from '../../../shared/contract/what-if-schemas.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatPercent, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';

type Total = WhatIfResult['totals'][number];

/** What another price would have done to a month, in a sentence a currency. */
export function changeSentence({ currency, customers, change, relative, more, less, same }: Total): string {
  const who = `${formatCount(customers)} ${plural(customers, 'customer')}`;
  if (signOfText(change) === 0 && more + less === 0) return `Nothing changes for ${who}.`;
  const amount = formatMoney(change.replace('-', ''), currency);
  const share = relative === null ? '' : ` (${formatPercent(relative)})`;
  const sum =
    signOfText(change) === 0
      ? 'The sum stays the same'
      : `The month comes to ${amount} ${signOfText(change) > 0 ? 'more' : 'less'}${share}`;
  const parts = [
    ...(more === 0 ? [] : [`${formatCount(more)} ${plural(more, 'pays', 'pay')} more`]),
    ...(less === 0 ? [] : [`${formatCount(less)} ${plural(less, 'pays', 'pay')} less`]),
    ...(same === 0 ? [] : [`${formatCount(same)} the same`]),
  ];
  return `${sum}: of ${who}, ${parts.join(', ')}.`;
}

/** What to call a price: its nickname, else its product, else its id. */
export const priceName = ({ nickname, product, id }: WhatIfPrice): string => nickname ?? product ?? id;

/** How a price counts, and in which currency. */
export function priceSummary({ summary, currency }: WhatIfPrice): string {
  const code = currency.toUpperCase();
  return summary.includes(code) ? summary : `${summary}, ${code}`;
}

/** Who is on a price. */
export const priceUse = ({ items, isActive }: WhatIfPrice): string =>
  `${items === 0 ? 'no subscription' : `${formatCount(items)} ${plural(items, 'subscription')}`}${isActive ? '' : ', archived'}`;

/** Who could not take part, and why. */
export const leftOutSentence = ({ reason, customers }: WhatIfResult['leftOut'][number]): string =>
  `${formatCount(customers)} ${plural(customers, 'customer is', 'customers are')} left out: ${reason}.`;
