import type Stripe from 'stripe';
import { toUnixSeconds } from '../../../shared/values/instant.ts';
import { deletedProduct, type SeedAmounts, type SeedTier } from './build-catalog.ts';
import { idOf } from './catalog.ts';
import type { Collection } from './collection.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { rendered } from './expand.ts';
import { invalid } from './failure.ts';
import type { FormObject } from './form.ts';
import type { Permission } from './keys.ts';
import { Params } from './params.ts';
import type { SandboxState } from './state.ts';

/** What the sandbox lets a client make over HTTP; everything else is seeded in process. */
export const writeEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/customers',
    permission: 'customer_write',
    params: ['id', 'name', 'email', 'description', 'metadata', 'balance', 'tax_exempt', 'test_clock'],
    answer: (call) => {
      const { state, params } = call;
      state.catalog.customers.requireFree(idIn(params).id);
      const clock = params.text('test_clock');
      if (clock !== null) state.catalog.testClocks.require(clock, 'test_clock', 400);
      const billing = state.clocks.billingOf(clock);
      if (clock !== null && billing !== null) state.clocks.requireRoomForCustomer(clock);
      const customer = state.catalog.addCustomer(
        {
          ...idIn(params),
          name: params.text('name'),
          email: params.text('email'),
          description: params.text('description'),
          metadata: params.map('metadata'),
          balanceMinor: BigInt(params.integer('balance') ?? 0),
          currency: null,
          taxExempt: params.oneOf('tax_exempt', ['none', 'exempt', 'reverse']) ?? 'none',
          testClock: clock,
        },
        billing?.context ?? state.context,
      );
      billing?.addCustomer(customer);
      return answered(call, customer);
    },
  },
  {
    method: 'DELETE',
    path: '/v1/customers/:id',
    permission: 'customer_write',
    params: [],
    answer: ({ state, id }) => {
      state.catalog.requireLiveCustomer(id, 'id');
      return state.catalog.deleteCustomer(id, toUnixSeconds(state.clock));
    },
  },
  {
    method: 'POST',
    path: '/v1/products',
    permission: 'product_write',
    params: ['id', 'name', 'active', 'description', 'unit_label', 'metadata'],
    answer: (call) => {
      const { state, params } = call;
      state.catalog.products.requireFree(idIn(params).id);
      const [description, unitLabel] = [params.text('description'), params.text('unit_label')];
      state.catalog.seed(
        {
          products: [
            {
              ...idIn(params),
              name: params.requiredText('name'),
              active: params.boolean('active') ?? true,
              metadata: params.map('metadata'),
              ...(description === null ? {} : { description }),
              ...(unitLabel === null ? {} : { unitLabel }),
            },
          ],
        },
        state.context,
      );
      return answered(call, newest(state.catalog.products.all()));
    },
  },
  {
    method: 'POST',
    path: '/v1/prices',
    permission: 'plan_write',
    params: [
      'active',
      'billing_scheme',
      'currency',
      'currency_options',
      'metadata',
      'nickname',
      'product',
      'recurring',
      'tax_behavior',
      'tiers',
      'tiers_mode',
      'transform_quantity',
      'unit_amount',
      'unit_amount_decimal',
    ],
    answer: createPrice,
  },
  {
    method: 'POST',
    path: '/v1/billing/meters',
    permission: 'billing_meter_write',
    params: [
      'customer_mapping',
      'default_aggregation',
      'display_name',
      'event_name',
      'event_time_window',
      'value_settings',
    ],
    answer: createMeter,
  },
  statusEndpoint('deactivate', 'inactive'),
  statusEndpoint('reactivate', 'active'),
  {
    method: 'POST',
    path: '/v1/coupons',
    permission: 'coupon_write',
    params: [
      'id',
      'name',
      'percent_off',
      'amount_off',
      'currency',
      'duration',
      'duration_in_months',
      'applies_to',
      'metadata',
    ],
    answer: (call) => {
      const { state, params } = call;
      state.catalog.coupons.requireFree(idIn(params).id);
      const [percentOff, amountOff] = [params.text('percent_off'), params.integer('amount_off')];
      if ((percentOff === null) === (amountOff === null)) {
        throw invalid('percent_off', 'You must pass either percent_off or amount_off.');
      }
      const [name, months] = [params.text('name'), params.integer('duration_in_months')];
      const products = new Params(params.object('applies_to') ?? {}, ['products']).texts('products');
      state.catalog.seed(
        {
          coupons: [
            {
              ...idIn(params),
              duration: params.oneOf('duration', ['forever', 'once', 'repeating']) ?? 'once',
              currency: params.text('currency') ?? 'usd',
              ...(name === null ? {} : { name }),
              ...(months === null ? {} : { durationInMonths: months }),
              ...(percentOff === null ? {} : { percentOff }),
              ...(amountOff === null ? {} : { amountOff: BigInt(amountOff) }),
              ...(products.length === 0 ? {} : { products }),
            },
          ],
        },
        state.context,
      );
      return answered(call, newest(state.catalog.coupons.all()));
    },
  },
  {
    method: 'POST',
    path: '/v1/tax_rates',
    permission: 'tax_rate_write',
    params: ['active', 'country', 'display_name', 'inclusive', 'metadata', 'percentage'],
    answer: createTaxRate,
  },
  archivable({ path: '/v1/products', permission: 'product_write', collection: ({ catalog }) => catalog.products }),
  archivable({ path: '/v1/prices', permission: 'plan_write', collection: ({ catalog }) => catalog.prices }),
  archivable({ path: '/v1/tax_rates', permission: 'tax_rate_write', collection: ({ catalog }) => catalog.taxRates }),
  {
    method: 'DELETE',
    path: '/v1/products/:id',
    permission: 'product_write',
    params: [],
    answer: ({ state: { catalog }, id }) => {
      catalog.products.require(id);
      if ([...catalog.prices.all()].some(({ product }) => idOf(product) === id)) {
        throw invalid('id', 'This product cannot be deleted because it has one or more user-created prices.');
      }
      return catalog.products.put(deletedProduct(id));
    },
  },
  {
    method: 'DELETE',
    path: '/v1/coupons/:id',
    permission: 'coupon_write',
    params: [],
    answer: ({ state: { catalog }, id }) => {
      catalog.coupons.require(id);
      catalog.coupons.delete(id);
      return { id, object: 'coupon', deleted: true } satisfies Stripe.DeletedCoupon;
    },
  },
];

const answered = (call: Call, value: unknown) => rendered(value, call.expand, call.state.catalog);

function idIn(params: Params): { readonly id?: string } {
  const id = params.text('id');
  return id === null ? {} : { id };
}

function newest<T>(values: Iterable<T>): T | undefined {
  return [...values].at(-1);
}

function createPrice(call: Call): unknown {
  const { state, params } = call;
  const recurring = new Params(params.object('recurring') ?? {}, ['interval', 'interval_count', 'meter', 'usage_type']);
  const transform = params.object('transform_quantity');
  const tiersMode = params.oneOf('tiers_mode', ['graduated', 'volume']);
  const [nickname, meter] = [params.text('nickname'), recurring.text('meter')];
  if (transform !== null && params.raw('tiers') !== undefined) {
    throw invalid('transform_quantity', 'transform_quantity cannot be combined with tiers.');
  }
  const options = Object.entries(params.object('currency_options') ?? {}).map(([currency, form]) => [
    currency,
    amountsOf(new Params(form as FormObject, ['unit_amount', 'unit_amount_decimal', 'tiers', 'tax_behavior'])),
  ]);
  const price = state.catalog.addPrice(
    {
      product: params.requiredText('product'),
      currency: params.requiredText('currency'),
      active: params.boolean('active') ?? true,
      metadata: params.map('metadata'),
      taxBehavior: params.oneOf('tax_behavior', ['exclusive', 'inclusive', 'unspecified']) ?? 'unspecified',
      meter,
      interval:
        params.raw('recurring') === undefined
          ? null
          : (recurring.oneOf('interval', ['day', 'week', 'month', 'year']) ?? 'month'),
      intervalCount: recurring.integer('interval_count') ?? 1,
      currencyOptions: Object.fromEntries(options),
      ...amountsOf(params),
      ...(nickname === null ? {} : { nickname }),
      ...(tiersMode === null ? {} : { tiersMode }),
      ...(transform === null ? {} : { transformQuantity: transformOf(transform) }),
    },
    state.context,
  );
  return answered(call, price);
}

function amountsOf(params: Params): SeedAmounts {
  const unitAmount = params.text('unit_amount_decimal') ?? params.text('unit_amount');
  const tiers = params.objects('tiers').map(tierOf);
  return { ...(unitAmount === null ? {} : { unitAmount }), ...(tiers.length === 0 ? {} : { tiers }) };
}

function tierOf(form: FormObject): SeedTier {
  const params = new Params(form, [
    'flat_amount',
    'flat_amount_decimal',
    'unit_amount',
    'unit_amount_decimal',
    'up_to',
  ]);
  const unitAmount = params.text('unit_amount_decimal') ?? params.text('unit_amount');
  const flatAmount = params.text('flat_amount_decimal') ?? params.text('flat_amount');
  return {
    upTo: params.text('up_to') === 'inf' ? null : params.integer('up_to'),
    ...(unitAmount === null ? {} : { unitAmount }),
    ...(flatAmount === null ? {} : { flatAmount }),
  };
}

function transformOf(form: FormObject): { readonly divideBy: number; readonly round: 'up' | 'down' } {
  const params = new Params(form, ['divide_by', 'round']);
  return { divideBy: params.integer('divide_by') ?? 1, round: params.oneOf('round', ['up', 'down']) ?? 'up' };
}

function createMeter(call: Call): unknown {
  const { state, params } = call;
  const eventName = params.requiredText('event_name');
  const inUse = [...state.catalog.meters.all()].some(
    (meter) => meter.event_name === eventName && meter.status === 'active',
  );
  if (inUse) throw invalid('event_name', `An active meter with the event name ${eventName} exists already.`);
  const aggregation = new Params(params.object('default_aggregation') ?? {}, ['formula']);
  const mapping = new Params(params.object('customer_mapping') ?? {}, ['event_payload_key', 'type']);
  const value = new Params(params.object('value_settings') ?? {}, ['event_payload_key']);
  state.catalog.seed(
    {
      meters: [
        {
          eventName,
          displayName: params.requiredText('display_name'),
          formula: aggregation.oneOf('formula', ['sum', 'count', 'last']) ?? 'sum',
          customerPayloadKey: mapping.text('event_payload_key') ?? 'stripe_customer_id',
          valuePayloadKey: value.text('event_payload_key') ?? 'value',
          eventTimeWindow: params.oneOf('event_time_window', ['hour', 'day']),
        },
      ],
    },
    state.context,
  );
  state.syncMeters();
  return answered(call, newest(state.catalog.meters.all()));
}

function statusEndpoint(action: string, status: 'active' | 'inactive'): Endpoint {
  return {
    method: 'POST',
    path: `/v1/billing/meters/:id/${action}`,
    permission: 'billing_meter_write',
    params: [],
    answer: (call) => {
      const { state, id } = call;
      const meter = state.catalog.setMeterStatus(id, status, toUnixSeconds(state.clock));
      state.syncMeters();
      return answered(call, meter);
    },
  };
}

function createTaxRate(call: Call): unknown {
  const { state, params } = call;
  const [country, active] = [params.text('country'), params.boolean('active')];
  state.catalog.seed(
    {
      taxRates: [
        {
          displayName: params.requiredText('display_name'),
          percentage: params.requiredText('percentage'),
          inclusive: params.boolean('inclusive') ?? false,
          metadata: params.map('metadata'),
          ...(country === null ? {} : { country }),
          ...(active === null ? {} : { active }),
        },
      ],
    },
    state.context,
  );
  return answered(call, newest(state.catalog.taxRates.all()));
}

/** What cannot be deleted is put out of use. */
function archivable<T extends { readonly id: string }>(of: {
  readonly path: string;
  readonly permission: Permission;
  readonly collection: (state: SandboxState) => Collection<T>;
}): Endpoint {
  return {
    method: 'POST',
    path: `${of.path}/:id`,
    permission: of.permission,
    params: ['active'],
    answer: (call) => {
      const { state, params, id } = call;
      const collection = of.collection(state);
      const active = params.boolean('active');
      const found = collection.require(id);
      return answered(call, active === null ? found : collection.put({ ...found, active }));
    },
  };
}
