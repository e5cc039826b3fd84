import type { MatchMiss, MatchRule, SetupCustomers, SetupMatch } from '../../../shared/contract/setup-schemas.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { type MappingLink, type MappingRule, usageIdsByCustomer, usageIdsOf } from '../../cache/mapping-store.ts';

/** What a match looks at of a customer. */
export type MatchCustomer = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: Readonly<Record<string, string>>;
};

const SHOWN_MISSES = 20;
const SHOWN_RULES = 6;

/**
 * How many of the usage ids find a customer by a rule, and by every other rule that there could be, so that the right
 * one can be seen instead of guessed.
 * @param links of the customers file; null where there is none
 */
export function matchCustomers(asked: {
  readonly usageIds: readonly string[];
  readonly customers: readonly MatchCustomer[];
  readonly rule: SetupCustomers;
  readonly links: readonly MappingLink[] | null;
}): Pick<SetupMatch, 'chosen' | 'rules'> {
  const wanted = new Set(asked.usageIds);
  const held = (rule: SetupCustomers) => idsByRule(asked.customers, rule, asked.links);
  const others = [...candidateRules(asked.customers)].map((rule) => summaryOf(rule, held(rule), wanted));
  const own = held(asked.rule);
  const missed = asked.usageIds.filter((id) => !own.has(id));
  return {
    chosen: {
      ...summaryOf(asked.rule, own, wanted),
      ambiguous: asked.usageIds.filter((id) => (own.get(id)?.length ?? 0) > 1).length,
      missed: nearMisses(missed.slice(0, SHOWN_MISSES), own),
    },
    rules: others
      .filter(({ matched }) => matched > 0)
      .sort((a, b) => b.matched - a.matched || b.customers - a.customers || compareBytes(keyOf(a), keyOf(b)))
      .slice(0, SHOWN_RULES),
  };
}

type Held = ReadonlyMap<string, readonly MatchCustomer[]>;

/** Customers by the usage id that a rule gives them. */
function idsByRule(
  customers: readonly MatchCustomer[],
  rule: SetupCustomers,
  links: readonly MappingLink[] | null,
): Held {
  const fileLinks = rule.by === 'file' ? usageIdsByCustomer(links ?? []) : null;
  const held = new Map<string, MatchCustomer[]>();
  for (const customer of customers) {
    for (const id of usageIdsOf(customer, mappingRule(rule), fileLinks)) {
      const known = held.get(id);
      if (known === undefined) held.set(id, [customer]);
      else known.push(customer);
    }
  }
  return held;
}

export const mappingRule = ({ by, key, file }: SetupCustomers): MappingRule =>
  by === 'metadata' ? { by, key } : by === 'file' ? { by, file } : { by };

function* candidateRules(customers: readonly MatchCustomer[]): Generator<SetupCustomers> {
  yield { by: 'id', key: '', file: '' };
  yield { by: 'email', key: '', file: '' };
  const keys = new Set(customers.flatMap(({ metadata }) => Object.keys(metadata)));
  for (const key of keys) yield { by: 'metadata', key, file: '' };
}

function summaryOf(rule: SetupCustomers, held: Held, wanted: ReadonlySet<string>): MatchRule {
  let matched = 0;
  for (const id of held.keys()) if (wanted.has(id)) matched += 1;
  return { rule, matched, customers: new Set([...held.values()].flat().map(({ id }) => id)).size };
}

const keyOf = ({ rule }: MatchRule): string => `${rule.by} ${rule.key}`;

/** The same id, were it not for case, blanks and the signs between its parts. */
function nearMisses(missed: readonly string[], held: Held): MatchMiss[] {
  const byPlain = new Map<string, { readonly id: string; readonly customer: MatchCustomer }>();
  for (const [id, [customer]] of held) {
    if (customer !== undefined && !byPlain.has(plain(id))) byPlain.set(plain(id), { id, customer });
  }
  return missed.map((usageId) => {
    const near = byPlain.get(plain(usageId));
    return {
      usageId,
      near: near === undefined ? null : { customer: near.customer.id, name: near.customer.name, id: near.id },
    };
  });
}

const plain = (id: string): string =>
  id
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_.:-]+/g, '');
