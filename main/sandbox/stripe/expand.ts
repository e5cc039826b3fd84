import type { Catalog } from './catalog.ts';
import { invalid } from './failure.ts';

export type Json = { [key: string]: unknown };

/** Stripe refuses deeper paths, `data` included: `data.items.data.price.tiers` is one too deep. */
const MAX_DEPTH = 4;

/** Served only where expanded, by the `object` that holds them. */
const INCLUDABLE: Readonly<Record<string, readonly string[]>> = {
  price: ['tiers', 'currency_options'],
  coupon: ['applies_to'],
};

/** Lines and items embedded in an invoice or a subscription; the rest is paged. */
const EMBEDDED = 10;

/**
 * An object as it goes over the wire: a copy without the includable fields, embedded lists cut to one page, and with
 * the paths of `expand` filled in.
 * @throws StripeFailure where a path is too deep or cannot be expanded
 */
export function rendered(value: unknown, paths: readonly string[], catalog: Catalog): Json {
  const copy = JSON.parse(JSON.stringify(value)) as Json;
  conceal(copy);
  for (const path of paths) {
    const segments = path.split('.');
    if (segments.length > MAX_DEPTH) {
      throw invalid(
        'expand',
        `You cannot expand more than ${MAX_DEPTH} levels of a property. Property: ${path}`,
        'property_expansion_max_depth',
      );
    }
    expandPath(copy, segments, { path, catalog });
  }
  return copy;
}

function conceal(node: unknown): void {
  if (Array.isArray(node)) {
    for (const each of node) conceal(each);
    return;
  }
  if (!isJson(node)) return;
  for (const field of INCLUDABLE[String(node.object)] ?? []) delete node[field];
  for (const [key, value] of Object.entries(node)) {
    conceal(value);
    if (key !== 'lines' && key !== 'items') continue;
    if (isJson(value) && Array.isArray(value.data) && value.data.length > EMBEDDED) {
      value.data = value.data.slice(0, EMBEDDED);
      value.has_more = true;
    }
  }
}

type Expansion = { readonly path: string; readonly catalog: Catalog };

function expandPath(node: unknown, segments: readonly string[], expansion: Expansion): void {
  const [field, ...rest] = segments;
  if (field === undefined) return;
  if (Array.isArray(node)) {
    for (const each of node) expandPath(each, segments, expansion);
    return;
  }
  if (!isJson(node)) return;
  include(node, field, expansion.catalog);
  const value = node[field];
  if (value === undefined) throw invalid('expand', `This property cannot be expanded (${expansion.path}).`);
  if (typeof value === 'string') node[field] = resolve(field, value, expansion);
  if (Array.isArray(value)) {
    node[field] = value.map((each) => (typeof each === 'string' ? resolve(field, each, expansion) : each));
  }
  expandPath(node[field], rest, expansion);
}

function include(node: Json, field: string, catalog: Catalog): void {
  const kind = String(node.object);
  if (node[field] !== undefined || INCLUDABLE[kind]?.includes(field) !== true) return;
  const id = String(node.id);
  const source: unknown = kind === 'price' ? catalog.prices.get(id) : catalog.coupons.get(id);
  const included = isJson(source) ? source[field] : undefined;
  node[field] = included === undefined ? null : JSON.parse(JSON.stringify(included));
}

/** Fields that hold an id mean the same kind of object wherever they occur. */
function resolve(field: string, id: string, { path, catalog }: Expansion): Json {
  const collections = {
    customer: catalog.customers,
    test_clock: catalog.testClocks,
    product: catalog.products,
    price: catalog.prices,
    default_price: catalog.prices,
    coupon: catalog.coupons,
    credit_grant: catalog.creditGrants,
    discount: catalog.discounts,
    discounts: catalog.discounts,
    subscription: catalog.subscriptions,
    invoice: catalog.invoices,
    latest_invoice: catalog.invoices,
    tax_rate: catalog.taxRates,
  };
  const collection = Object.entries(collections).find(([name]) => name === field)?.[1];
  const found = collection?.get(id) ?? null;
  if (found === null) throw invalid('expand', `This property cannot be expanded (${path}).`);
  return rendered(found, [], catalog);
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
