import { type JsonNode, nodeAt } from '../../../shared/values/json-places.ts';
import { ChoiceOf, ListOf, Part, shownText, TextOf, useForm } from './form-fields.tsx';

const FORMULAS = [
  ['sum', 'sum'],
  ['count', 'count'],
  ['last', 'last'],
] as const;
const INTERVALS = [
  ['day', 'day'],
  ['week', 'week'],
  ['month', 'month'],
  ['year', 'year'],
] as const;
const PAYMENTS = [
  ['none', 'stays open'],
  ['succeeds', 'is paid'],
  ['fails', 'fails'],
  ['uncollectible', 'is uncollectible'],
] as const;
const STATUSES = [
  ['finalized', 'final'],
  ['draft', 'draft'],
  ['open', 'open'],
  ['paid', 'paid'],
  ['void', 'void'],
  ['uncollectible', 'uncollectible'],
] as const;
const ACTIONS = [
  ['update_subscription', 'change the subscription'],
  ['cancel_now', 'cancel now'],
  ['cancel_at_period_end', 'cancel at period end'],
  ['pause', 'pause collection'],
  ['resume', 'resume'],
  ['add_credit_grant', 'grant credit'],
  ['void_credit_grant', 'void credit'],
  ['apply_coupon', 'apply a coupon'],
  ['remove_coupon', 'remove a coupon'],
  ['cancel_event', 'cancel a usage report'],
  ['void_invoice', 'void an invoice'],
] as const;

/** Actions whose subscription is one field; what else they have stands in the text. */
const OF_SUBSCRIPTION = [
  'update_subscription',
  'cancel_now',
  'cancel_at_period_end',
  'pause',
  'resume',
  'void_invoice',
];

/** Of which meter and customer a report is, is asked where there are several. */
const USAGE_COLUMNS = ['grid-cols-[96px_1fr]', 'grid-cols-[96px_1fr_1fr]', 'grid-cols-[64px_1fr_1fr_64px]'] as const;

/** The fields that most scenarios differ in; everything else stays as it is in the text. */
export function FormFields() {
  const { root } = useForm();
  const ids = (path: string, key = 'id'): readonly (readonly [string, string])[] =>
    itemsOf(nodeAt(root, path)).flatMap((item) => {
      const id = shownText(nodeAt(item, key));
      return id === '' ? [] : [[id, id] as const];
    });
  const count = (path: string): number => itemsOf(nodeAt(root, path)).length;
  const meters = ids('catalog.meters');
  const prices = ids('catalog.prices');
  const customers = ids('customers');
  const events = ids('catalog.meters', 'event_name');
  const subscriptions = itemsOf(nodeAt(root, 'customers')).flatMap((_, place) =>
    ids(`customers[${place}].subscriptions`),
  );
  const start = shownText(nodeAt(root, 'clock.start'));
  return (
    <div className="@container px-6 pb-8">
      <Part title="Scenario" paths={['name', 'clock', 'gracePeriod', 'grace_period', 'advanceTo', 'advance_to']}>
        <TextOf path="name" label="Name" />
        <div className="mt-2 grid gap-2 @xs:grid-cols-[1fr_110px]">
          <TextOf path="clock.start" label="Clock starts" />
          <TextOf path={['gracePeriod', 'grace_period']} label="Grace period" placeholder="1h" isOptional />
        </div>
        <p className="mt-2 mb-0.5 text-label text-muted">The clock is moved to</p>
        <ListOf path={present(root, 'advanceTo', 'advance_to')} noun="stop" template={JSON.stringify(start)}>
          {(path, place) => <TextOf path={path} label={`Stop ${place + 1}`} isBare />}
        </ListOf>
      </Part>
      <Part title="Usage" paths={['usage']} count={count('usage')}>
        {count('usage') > 0 && (
          <p className="mb-1.5 text-label text-faint">
            Each with its value and identifier, when it was used and when it arrives.
          </p>
        )}
        <ListOf
          path="usage"
          noun="usage report"
          template={JSON.stringify({
            event: events[0]?.[0] ?? '',
            customer: customers[0]?.[0] ?? '',
            value: '1',
            timestamp: start,
          })}
        >
          {(path, place) => (
            <div className={place === 0 ? '' : 'border-t border-line pt-1.5'}>
              <div
                className={`grid gap-1 ${USAGE_COLUMNS[(events.length > 1 ? 1 : 0) + (customers.length > 1 ? 1 : 0)]}`}
              >
                <TextOf path={`${path}.value`} label={`Value ${place + 1}`} placeholder="value" isBare isNumber />
                {events.length > 1 && (
                  <ChoiceOf path={`${path}.event`} label={`Event ${place + 1}`} options={events} isBare />
                )}
                {customers.length > 1 && (
                  <ChoiceOf path={`${path}.customer`} label={`Customer ${place + 1}`} options={customers} isBare />
                )}
                <TextOf
                  path={`${path}.identifier`}
                  label={`Identifier ${place + 1}`}
                  placeholder="no identifier"
                  isBare
                  isOptional
                  isMono
                />
              </div>
              <div className="mt-1 grid gap-1 @xs:grid-cols-2">
                <TextOf
                  path={`${path}.timestamp`}
                  label={`Used at ${place + 1}`}
                  placeholder="used when it arrives"
                  isBare
                  isOptional
                />
                <TextOf
                  path={[`${path}.sentAt`, `${path}.sent_at`]}
                  label={`Arrives at ${place + 1}`}
                  placeholder="arrives at once"
                  isBare
                  isOptional
                />
              </div>
            </div>
          )}
        </ListOf>
      </Part>
      <Part title="Prices" paths={['catalog.prices']} count={count('catalog.prices')}>
        <ListOf path="catalog.prices" noun="price" template={newPrice(meters[0]?.[0] ?? 'mtr_new', prices.length)}>
          {(path) => <PriceFields path={path} meters={meters} />}
        </ListOf>
      </Part>
      <Part title="Meters" paths={['catalog.meters']} count={count('catalog.meters')} isOpen={false}>
        <ListOf
          path="catalog.meters"
          noun="meter"
          template={JSON.stringify({
            id: `mtr_${meters.length + 1}`,
            event_name: `event_${meters.length + 1}`,
            default_aggregation: { formula: 'sum' },
          })}
        >
          {(path) => (
            <div className="grid grid-cols-2 gap-1 @xs:grid-cols-[1fr_1fr_84px]">
              <TextOf path={`${path}.id`} label="Id" isMono />
              <TextOf path={[`${path}.event_name`, `${path}.eventName`]} label="Event name" />
              <ChoiceOf path={`${path}.default_aggregation.formula`} label="Formula" options={FORMULAS} />
            </div>
          )}
        </ListOf>
      </Part>
      <Part title="Customers" paths={['customers']} count={count('customers')}>
        <ListOf path="customers" noun="customer" template={newCustomer(customers.length, prices[0]?.[0] ?? '')}>
          {(path) => <CustomerFields path={path} prices={prices} />}
        </ListOf>
      </Part>
      <Part title="Actions" paths={['actions']} count={count('actions')} isOpen={count('actions') > 0}>
        <ListOf
          path="actions"
          noun="action"
          template={JSON.stringify({
            at: start,
            do: 'cancel_at_period_end',
            subscription: subscriptions[0]?.[0] ?? '',
          })}
        >
          {(path) => {
            const action = shownText(nodeAt(root, `${path}.do`));
            return (
              <div className="grid gap-1 @xs:grid-cols-2">
                <TextOf path={`${path}.at`} label="At" />
                <ChoiceOf path={`${path}.do`} label="Do" options={ACTIONS} />
                {OF_SUBSCRIPTION.includes(action) && (
                  <ChoiceOf path={`${path}.subscription`} label="Subscription" options={subscriptions} />
                )}
              </div>
            );
          }}
        </ListOf>
      </Part>
      <Part title="Expected" paths={['expect']} count={count('expect.invoices')}>
        <ListOf
          path="expect.invoices"
          noun="expectation"
          template={JSON.stringify(
            { customer: customers[0]?.[0] ?? '', period: { from: start }, status: 'finalized', total: 0 },
            null,
            2,
          )}
        >
          {(path) => (
            <div className="grid gap-1 @xs:grid-cols-2">
              <ChoiceOf path={`${path}.customer`} label="Customer" options={customers} />
              <TextOf path={`${path}.period.from`} label="Period from" />
              <ChoiceOf path={`${path}.status`} label="Status" options={STATUSES} empty="any" isOptional />
              <TextOf path={`${path}.total`} label="Total, minor units" isNumber isOptional />
            </div>
          )}
        </ListOf>
        <div className="mt-2 w-1/2 pr-1">
          <TextOf path="expect.drift.epsilon" label="Drift at most (a share)" placeholder="0.005" isNumber isOptional />
        </div>
      </Part>
      <p className="mt-3 text-label text-faint">
        Coupons, credits, tax rates and everything else is in the text and stays as it is there.
      </p>
    </div>
  );
}

function PriceFields({ path, meters }: { path: string; meters: readonly (readonly [string, string])[] }) {
  const { root } = useForm();
  const tiers = nodeAt(root, `${path}.tiers`);
  return (
    <div className="rounded-md border border-line p-2">
      <div className="grid grid-cols-2 gap-1 @xs:grid-cols-[1fr_64px_92px]">
        <TextOf path={`${path}.id`} label="Id" isMono />
        <TextOf path={`${path}.currency`} label="Currency" />
        {tiers === undefined && (
          <TextOf path={[`${path}.unit_amount_decimal`, `${path}.unit_amount`]} label="Minor units each" isNumber />
        )}
      </div>
      <div className="mt-1 grid grid-cols-2 gap-1 @xs:grid-cols-[1fr_84px_64px]">
        <ChoiceOf path={`${path}.recurring.meter`} label="Meter" options={meters} empty="none: licensed" isOptional />
        <ChoiceOf path={`${path}.recurring.interval`} label="Every" options={INTERVALS} />
        <TextOf path={`${path}.recurring.interval_count`} label="Times" placeholder="1" isNumber isOptional />
      </div>
      {tiers !== undefined && (
        <div className="mt-1">
          <ListOf path={`${path}.tiers`} noun="tier" template='{ "up_to": "inf", "unit_amount_decimal": "0" }'>
            {(tier) => (
              <div className="grid grid-cols-3 gap-1">
                <TextOf path={`${tier}.up_to`} label="Up to" placeholder="no end" isNumber />
                <TextOf
                  path={[`${tier}.unit_amount_decimal`, `${tier}.unit_amount`]}
                  label="Each"
                  isNumber
                  isOptional
                />
                <TextOf
                  path={[`${tier}.flat_amount`, `${tier}.flat_amount_decimal`]}
                  label="Flat"
                  isNumber
                  isOptional
                />
              </div>
            )}
          </ListOf>
        </div>
      )}
    </div>
  );
}

function CustomerFields({ path, prices }: { path: string; prices: readonly (readonly [string, string])[] }) {
  return (
    <div className="rounded-md border border-line p-2">
      <div className="grid gap-1 @xs:grid-cols-2">
        <TextOf path={`${path}.id`} label="Id" isMono />
        <TextOf path={`${path}.name`} label="Name" isOptional />
        <TextOf path={`${path}.balance`} label="Balance, minor units" placeholder="0" isNumber isOptional />
        <ChoiceOf path={`${path}.payment`} label="What is due" options={PAYMENTS} empty="stays open" isOptional />
      </div>
      <p className="mt-2 text-label font-medium text-muted">Subscriptions</p>
      <ListOf
        path={`${path}.subscriptions`}
        noun="subscription"
        template={JSON.stringify({ id: 'sub_new', items: [{ id: 'si_new', price: prices[0]?.[0] ?? '' }] }, null, 2)}
      >
        {(subscription) => (
          <>
            <div className="grid gap-1 @xs:grid-cols-2">
              <TextOf path={`${subscription}.id`} label="Id" isMono />
              <TextOf
                path={[`${subscription}.trial_end`, `${subscription}.trialEnd`]}
                label="Trial ends"
                placeholder="no trial"
                isOptional
              />
            </div>
            <div className="mt-1">
              <ListOf
                path={`${subscription}.items`}
                noun="item"
                template={JSON.stringify({ id: 'si_new', price: prices[0]?.[0] ?? '' })}
              >
                {(item, place) => (
                  <div className="grid grid-cols-[1fr_1fr_56px] gap-1">
                    <TextOf path={`${item}.id`} label={`Item ${place + 1}`} isBare isMono />
                    <ChoiceOf path={`${item}.price`} label={`Price of item ${place + 1}`} options={prices} isBare />
                    <TextOf
                      path={`${item}.quantity`}
                      label={`Quantity of item ${place + 1}`}
                      placeholder="qty"
                      isBare
                      isNumber
                      isOptional
                    />
                  </div>
                )}
              </ListOf>
            </div>
          </>
        )}
      </ListOf>
    </div>
  );
}

const itemsOf = (node: JsonNode | undefined): readonly JsonNode[] => (node?.kind === 'array' ? node.items : []);

const present = (root: JsonNode, ...paths: readonly [string, ...string[]]): string =>
  paths.find((path) => nodeAt(root, path) !== undefined) ?? paths[0];

const newPrice = (meter: string, count: number): string =>
  JSON.stringify(
    {
      id: `price_${count + 1}`,
      currency: 'usd',
      billing_scheme: 'per_unit',
      unit_amount_decimal: '1',
      recurring: { interval: 'month', interval_count: 1, usage_type: 'metered', meter },
    },
    null,
    2,
  );

const newCustomer = (count: number, price: string): string =>
  JSON.stringify(
    {
      id: `cus_${count + 1}`,
      subscriptions: [{ id: `sub_${count + 1}`, items: [{ id: `si_${count + 1}`, price }] }],
    },
    null,
    2,
  );

/** A scenario to begin with: one customer, one meter, one price, one report. */
export const NEW_SCENARIO = `${JSON.stringify(
  {
    name: 'New scenario',
    clock: { start: '2026-01-01T00:00:00Z' },
    gracePeriod: '1h',
    catalog: {
      meters: [{ id: 'mtr_calls', event_name: 'calls', default_aggregation: { formula: 'sum' } }],
      prices: [
        {
          id: 'price_calls',
          currency: 'usd',
          billing_scheme: 'per_unit',
          unit_amount_decimal: '1',
          recurring: { interval: 'month', interval_count: 1, usage_type: 'metered', meter: 'mtr_calls' },
        },
      ],
    },
    customers: [{ id: 'cus_1', subscriptions: [{ id: 'sub_1', items: [{ id: 'si_1', price: 'price_calls' }] }] }],
    usage: [{ event: 'calls', customer: 'cus_1', value: '100', timestamp: '2026-01-05T10:00:00Z', identifier: 'e-1' }],
    advanceTo: ['2026-02-01T02:00:00Z'],
    expect: {
      invoices: [{ customer: 'cus_1', period: { from: '2026-01-01T00:00:00Z' }, status: 'finalized', total: 100 }],
      drift: { epsilon: '0.005' },
    },
  },
  null,
  2,
)}\n`;
