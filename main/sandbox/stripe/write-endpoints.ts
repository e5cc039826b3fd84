import { type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import type { SeedAmounts, SeedTier } from './build-catalog.ts';
import type { SeedDiscount } from './build-discount.ts';
import type { SeedSubscriptionItem } from './build-subscription.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { rendered } from './expand.ts';
import { invalid } from './failure.ts';
import type { FormObject } from './form.ts';
import { Params } from './params.ts';

/** What the sandbox lets a client make over HTTP; everything else is seeded in process. */
export const writeEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/customers',
    permission: 'customer_write',
    params: ['id', 'name', 'email', 'description', 'metadata', 'balance', 'test_clock'],
    answer: (call) => {
      const { state, params } = call;
      state.catalog.customers.requireFree(idIn(params).id);
      const customer = state.catalog.addCustomer(
        {
          ...idIn(params),
          name: params.text('name'),
          email: params.text('email'),
          description: params.text('description'),
          metadata: params.map('metadata'),
          balanceMinor: BigInt(params.integer('balance') ?? 0),
          currency: null,
          testClock: params.text('test_clock'),
        },
        state.context,
      );
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
    params: ['id', 'name', 'percent_off', 'amount_off', 'currency', 'duration', 'duration_in_months', 'applies_to'],
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
    path: '/v1/subscriptions',
    permission: 'subscription_write',
    params: [
      'billing_cycle_anchor',
      'cancel_at',
      'cancel_at_period_end',
      'customer',
      'default_tax_rates',
      'discounts',
      'items',
      'metadata',
      'trial_end',
    ],
    answer: createSubscription,
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

function createSubscription(call: Call): unknown {
  const { state, params } = call;
  const customer = state.catalog.requireLiveCustomer(params.requiredText('customer'), 'customer');
  const anchor = params.instant('billing_cycle_anchor');
  const trialEnd = params.instant('trial_end');
  const subscription = state.catalog.addSubscription(
    {
      customer: customer.id,
      items: params.objects('items').map(itemOf),
      start: state.clock,
      cancelAt: params.instant('cancel_at'),
      cancelAtPeriodEnd: params.boolean('cancel_at_period_end') ?? false,
      discounts: params.objects('discounts').map(discountOf),
      defaultTaxRates: params.texts('default_tax_rates'),
      metadata: params.map('metadata'),
      ...(anchor === null ? {} : { billingCycleAnchor: anchor }),
      ...(trialEnd === null ? {} : { trial: trialUntil(state.clock, trialEnd) }),
    },
    state.context,
  );
  return answered(call, subscription);
}

const trialUntil = (from: Instant, to: Instant) => ({ from, to });

function itemOf(form: FormObject): SeedSubscriptionItem {
  const params = new Params(form, ['price', 'quantity', 'metadata', 'discounts']);
  const quantity = params.integer('quantity');
  return {
    price: params.requiredText('price'),
    metadata: params.map('metadata'),
    discounts: params.objects('discounts').map(discountOf),
    ...(quantity === null ? {} : { quantity }),
  };
}

function discountOf(form: FormObject): SeedDiscount {
  return { coupon: new Params(form, ['coupon']).requiredText('coupon') };
}
