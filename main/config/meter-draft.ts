import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { MeterDraft, Template } from '../../shared/contract/meter-schemas.ts';

/** A value of the file that a form can change. */
export type DraftValue =
  | string
  | boolean
  | readonly string[]
  | { readonly column: string; readonly values: readonly string[] };

/** One key of a meter: where it stands below the meter, and what is there. */
export type DraftEntry = { readonly path: readonly string[]; readonly value: DraftValue };

/** Columns of each template, in the order in which they are written; `[]` stands behind those that take several names. */
const COLUMNS: Readonly<Record<Template, readonly string[]>> = {
  counter_checkpoints: ['customer', 'series[]', 'at', 'value', 'tiebreak', 'trusted'],
  interval_samples: ['customer', 'at', 'value', 'interval', 'id', 'tier'],
  events: ['customer', 'at', 'value', 'id', 'key'],
  active_series: ['customer', 'key[]', 'at', 'lastSeen', 'visibility', 'deleted'],
  sql: [],
};

/** Settings of each template beside table, columns, filter and combine. */
const SETTINGS: Readonly<Record<Template, readonly (keyof MeterDraft['usage'])[]>> = {
  counter_checkpoints: ['gauge', 'final', 'scale', 'maxGap'],
  interval_samples: ['scale', 'bucket', 'grace'],
  events: ['aggregate', 'scale'],
  active_series: ['end', 'visibility', 'keep'],
  sql: ['query', 'scale'],
};

/** What a flag is where the file says nothing. */
const FLAG_DEFAULTS: Readonly<Record<string, boolean>> = { gauge: false, final: true, keep: false };

/**
 * A draft as the keys of tieout.yaml, in the order in which they are written. Empty texts, flags at their default and
 * settings of other templates are left out.
 */
export function entriesOf(draft: MeterDraft): readonly DraftEntry[] {
  const { usage, stripe, tolerance } = draft;
  const { template } = usage;
  const entries: DraftEntry[] = [];
  const add = (path: readonly string[], value: DraftValue): void => {
    if (value !== '') entries.push({ path, value });
  };
  add(['key'], draft.key);
  add(['stripe', stripe.by], stripe.value);
  add(['unit'], draft.unit);
  for (const key of ['relative', 'absolute', 'staleness'] as const) add(['tolerance', key], tolerance[key]);
  add(['usage', 'template'], template);
  if (template !== 'sql') {
    add(['usage', 'table'], usage.table);
    for (const { role, value } of columnEntries(usage)) add(['usage', 'columns', role], value);
  }
  for (const key of SETTINGS[template]) {
    const value = usage[key];
    if (typeof value === 'string') add(['usage', key], key === 'query' ? queryText(value) : value);
    else if (typeof value === 'boolean' && value !== FLAG_DEFAULTS[key]) add(['usage', key], value);
  }
  if (usage.filter !== null && template !== 'sql') add(['usage', 'filter'], usage.filter);
  add(['usage', 'combine'], usage.combine);
  return entries;
}

function columnEntries({ template, columns }: MeterDraft['usage']) {
  return COLUMNS[template].flatMap((column) => {
    const isList = column.endsWith('[]');
    const role = isList ? column.slice(0, -2) : column;
    const names = (columns[role] ?? []).filter((name) => name !== '');
    return names.length === 0 ? [] : [{ role, value: isList || names.length > 1 ? names : (names[0] ?? '') }];
  });
}

/** Line ends of one kind, and one at the end at most: those of a block of text are not its own. */
const queryText = (text: string): string => text.replaceAll(/\r\n?/g, '\n').replace(/\s+$/, '');

export const NO_DRAFT: MeterDraft = {
  key: '',
  unit: '',
  stripe: { by: 'eventName', value: '' },
  tolerance: { relative: '', absolute: '', staleness: '' },
  usage: {
    template: 'events',
    table: '',
    columns: {},
    scale: '',
    combine: '',
    maxGap: '',
    bucket: '',
    grace: '',
    aggregate: '',
    end: '',
    visibility: '',
    gauge: false,
    final: true,
    keep: false,
    filter: null,
    query: '',
  },
};

/** A meter of the file as a draft; what is not as Tieout writes it reads as absent. */
export function draftOf(meter: YAMLMap): MeterDraft {
  const stripe = mapAt(meter, 'stripe');
  const tolerance = mapAt(meter, 'tolerance');
  const usage = mapAt(meter, 'usage');
  const columns = mapAt(usage, 'columns');
  return {
    key: textAt(meter, 'key'),
    unit: textAt(meter, 'unit'),
    stripe: {
      by: stripe?.has('id') === true ? 'id' : 'eventName',
      value: textAt(stripe, 'id') || textAt(stripe, 'eventName'),
    },
    tolerance: {
      relative: textAt(tolerance, 'relative'),
      absolute: textAt(tolerance, 'absolute'),
      staleness: textAt(tolerance, 'staleness'),
    },
    usage: {
      template: (textAt(usage, 'template') || 'events') as Template,
      table: textAt(usage, 'table'),
      columns: Object.fromEntries(
        (columns?.items ?? []).map(({ key }) => [keyText(key), textsOf(columns?.get(keyText(key), true))]),
      ),
      scale: textAt(usage, 'scale'),
      combine: textAt(usage, 'combine'),
      maxGap: textAt(usage, 'maxGap'),
      bucket: textAt(usage, 'bucket'),
      grace: textAt(usage, 'grace'),
      aggregate: textAt(usage, 'aggregate'),
      end: textAt(usage, 'end'),
      visibility: textAt(usage, 'visibility'),
      gauge: flagAt(usage, 'gauge', false),
      final: flagAt(usage, 'final', true),
      keep: flagAt(usage, 'keep', false),
      filter: filterOf(mapAt(usage, 'filter')),
      query: queryText(textAt(usage, 'query')),
    },
  };
}

/** `{ column, values }`, or short `{ COLUMN: values }`. */
function filterOf(filter: YAMLMap | null): MeterDraft['usage']['filter'] {
  if (filter === null) return null;
  if (filter.has('column') || filter.has('values')) {
    return { column: textAt(filter, 'column'), values: textsOf(filter.get('values', true)) };
  }
  const [only] = filter.items;
  return only === undefined ? null : { column: keyText(only.key), values: textsOf(only.value) };
}

const keyText = (key: unknown): string => (isScalar(key) ? textOf(key) : String(key));

function mapAt(map: YAMLMap | null, key: string): YAMLMap | null {
  const node = map?.get(key, true);
  return isMap(node) ? node : null;
}

const textAt = (map: YAMLMap | null, key: string): string => {
  const node = map?.get(key, true);
  return isScalar(node) ? textOf(node) : '';
};

/** Numbers by their text, so that no digit is lost. */
const textOf = (node: { readonly value: unknown; readonly source?: string | undefined }): string => {
  if (typeof node.value === 'string') return node.value;
  return node.value === null || node.value === undefined ? '' : (node.source ?? String(node.value));
};

const textsOf = (node: unknown): string[] => {
  if (isSeq(node)) return node.items.flatMap((item) => (isScalar(item) ? [textOf(item)] : []));
  return isScalar(node) && node.value !== null ? [textOf(node)] : [];
};

function flagAt(map: YAMLMap | null, key: string, fallback: boolean): boolean {
  const node = map?.get(key, true);
  return isScalar(node) && typeof node.value === 'boolean' ? node.value : fallback;
}
