import type { Config } from '../../config/config.ts';

/**
 * Keys of the meters that count what is distinct in a calendar month. A key counts in the hour of its first event, so
 * the hours of another period do not add up to what is distinct in it.
 */
export const distinctMeters = (config: Config): ReadonlySet<string> =>
  new Set(
    config.meters
      .filter(
        ({ usage }) =>
          usage.template === 'active_series' || (usage.template === 'events' && usage.aggregate === 'distinct'),
      )
      .map(({ key }) => key),
  );
