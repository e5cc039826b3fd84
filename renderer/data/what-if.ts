import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { WhatIfRequest } from '../../shared/contract/what-if-schemas.ts';
import { trpc } from './client.ts';

/** Prices of the catalog on a meter. */
export const useOtherPrices = (meter: string) => useQuery(trpc.whatIf.prices.queryOptions({ meter }));

/** A month under another price; null asks for nothing. The last answer stays while the next is on the way. */
export const useWhatIf = (request: WhatIfRequest | null) =>
  useQuery({
    ...trpc.whatIf.run.queryOptions(request ?? NOTHING),
    enabled: request !== null,
    placeholderData: keepPreviousData,
  });

const NOTHING: WhatIfRequest = {
  month: '2000-01',
  meter: '',
  price: { id: '' },
  quantities: 'metered',
  offset: 0,
  limit: 1,
};
