import type { Endpoint } from './endpoint.ts';

/** Test clocks are made, advanced and deleted; the catalogue lists and retrieves them. */
export const testClockEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/test_helpers/test_clocks',
    permission: 'test_clock_write',
    params: ['frozen_time', 'name'],
    answer: ({ state, params }) =>
      state.clocks.create({
        frozenTime: params.requiredInstant('frozen_time'),
        name: params.text('name'),
        now: state.clock,
      }),
  },
  {
    method: 'POST',
    path: '/v1/test_helpers/test_clocks/:id/advance',
    permission: 'test_clock_write',
    params: ['frozen_time'],
    answer: ({ state, params, id }) => state.clocks.advance(id, params.requiredInstant('frozen_time')),
  },
  {
    method: 'DELETE',
    path: '/v1/test_helpers/test_clocks/:id',
    permission: 'test_clock_write',
    params: [],
    answer: ({ state, id }) => state.clocks.delete(id),
  },
];
