import type { MeterDraft } from '../../../shared/contract/meter-schemas.ts';
import type { SetupCustomers, SetupMatch, SetupTable } from '../../../shared/contract/setup-schemas.ts';
import { formatCount } from '../../format/number.ts';
import { plural } from '../../format/words.ts';

/** `metadata.workspace_id`, as tieout.yaml says it. */
export const ruleText = ({ by, key, file }: SetupCustomers): string =>
  by === 'metadata' ? `metadata.${key}` : by === 'file' ? file || 'a customers file' : by;

export const isSameRule = (a: SetupCustomers, b: SetupCustomers): boolean => ruleText(a) === ruleText(b);

/** "126 of 128 usage ids find their customer." */
export function matchSentence({ chosen, usageIds }: SetupMatch): string {
  if (usageIds === 0) return 'There is no usage id yet; the rule is tried with the first pull.';
  if (chosen === null) return 'The rule is not complete yet.';
  return `${formatCount(chosen.matched)} of ${formatCount(usageIds)} usage ${plural(usageIds, 'id')} ${plural(usageIds, 'finds', 'find')} ${usageIds === 1 ? 'its' : 'their'} customer.`;
}

/** Whether the rule may be gone on with. */
export const isMatched = ({ chosen, usageIds }: SetupMatch): boolean =>
  chosen !== null && (chosen.matched > 0 || usageIds === 0);

const ID_COLUMN = /customer|workspace|tenant|organi[sz]ation|account|project|\borg|team|user/i;
const isText = (type: string): boolean => /String|UUID|^(Nullable\()?U?Int/.test(type);
const isInstant = (type: string): boolean => /DateTime/.test(type);
const isNumber = (type: string): boolean => /^(Nullable\()?(U?Int|Decimal|Float)/.test(type);

/** Where usage ids are likely to stand: a table with an instant, and in it the column that sounds like a customer. */
export function guessUsage(tables: readonly SetupTable[]): { readonly table: string; readonly column: string } | null {
  const dated = tables.filter(({ columns }) => columns.some(({ type }) => isInstant(type)));
  for (const { name, columns } of dated) {
    const column = columns.find((candidate) => ID_COLUMN.test(candidate.name) && isText(candidate.type));
    if (column !== undefined) return { table: name, column: column.name };
  }
  return null;
}

/** A first meter on that table, as far as names and types tell. */
export function guessMeter(
  was: MeterDraft,
  from: { readonly table: SetupTable | undefined; readonly column: string; readonly events: readonly string[] },
): MeterDraft {
  const { table, column, events } = from;
  const [event] = events.length === 1 ? events : [];
  const columns = table?.columns ?? [];
  const at = columns.find(({ type }) => isInstant(type))?.name;
  const value = columns.find(({ name, type }) => isNumber(type) && name !== column && !/(^|_)id$/i.test(name))?.name;
  const id = columns.find(({ name }) => /^(event_?)?id$/i.test(name))?.name;
  const role = (name: string | undefined): string[] => (name === undefined ? [] : [name]);
  return {
    ...was,
    key: was.key === '' && event !== undefined && /^[A-Za-z0-9_][\w.:-]*$/.test(event) ? event : was.key,
    stripe: was.stripe.value === '' && event !== undefined ? { by: 'eventName', value: event } : was.stripe,
    usage: {
      ...was.usage,
      table: table?.name ?? was.usage.table,
      columns: { customer: role(column), at: role(at), value: role(value), id: role(id) },
    },
  };
}
