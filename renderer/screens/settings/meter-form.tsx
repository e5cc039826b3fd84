import type { ReactNode } from 'react';
import type {
  MeterDraft,
  MeterPreview,
  MeterSettingsList,
  StripeMeter,
  Template,
} from '../../../shared/contract/meter-schemas.ts';
import type { SetupTable } from '../../../shared/contract/setup-schemas.ts';
import { formatLag, formulaWords, rolesOf, TEMPLATE_WORDS } from '../../format/meter-words.ts';
import { FlagField, ListField, QueryField, SelectField, TextField, useFieldProblems } from './field.tsx';
import { unitsSentence } from './settings-view.ts';

type Change = (change: (draft: MeterDraft) => MeterDraft) => void;

/** The settings of a meter, each with what is wrong with it beneath. */
export function MeterForm({
  draft,
  settings,
  preview,
  tables = [],
  onChange,
}: {
  draft: MeterDraft;
  settings: MeterSettingsList;
  preview: MeterPreview | undefined;
  /** Of the source, where they are known: names to choose from. */
  tables?: readonly SetupTable[];
  onChange: Change;
}) {
  return (
    <div className="space-y-6">
      <Group title="Meter">
        <div className="grid grid-cols-2 gap-3">
          <TextField
            field="key"
            label="Key"
            value={draft.key}
            isMono
            placeholder="cpu_seconds"
            onChange={(key) => onChange((was) => ({ ...was, key }))}
          />
          <TextField
            field="unit"
            label="Unit, as it is billed"
            value={draft.unit}
            placeholder="CPU-seconds"
            onChange={(unit) => onChange((was) => ({ ...was, unit }))}
          />
        </div>
        <StripeTarget draft={draft} settings={settings} found={preview?.stripe ?? null} onChange={onChange} />
      </Group>
      <UsageGroup draft={draft} tables={tables} onChange={onChange} />
      <Units draft={draft} units={preview?.units ?? null} onChange={onChange} />
      <Tolerance draft={draft} settings={settings} onChange={onChange} />
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="min-w-0 space-y-3">
      <legend className="mb-2 w-full border-b border-line pb-1 font-semibold">{title}</legend>
      {children}
    </fieldset>
  );
}

function StripeTarget({
  draft,
  settings,
  found,
  onChange,
}: {
  draft: MeterDraft;
  settings: MeterSettingsList;
  found: StripeMeter | null;
  onChange: Change;
}) {
  const { by, value } = draft.stripe;
  const isOnWhole = useFieldProblems('stripe').length > 0 && value === '';
  const set = (stripe: MeterDraft['stripe']): void => onChange((was) => ({ ...was, stripe }));
  return (
    <div className="grid grid-cols-[120px_minmax(0,1fr)] gap-3">
      <SelectField
        field="stripe.by"
        label="In Stripe, by"
        value={by}
        options={[
          { value: 'eventName', label: 'event name' },
          { value: 'id', label: 'meter id' },
        ]}
        onChange={(next) => set({ by: next === 'id' ? 'id' : 'eventName', value: '' })}
      />
      <TextField
        field={isOnWhole ? 'stripe' : `stripe.${by}`}
        label={by === 'id' ? 'Meter id' : 'Event name'}
        value={value}
        isMono
        placeholder={by === 'id' ? 'mtr_…' : 'deploy_cpu_seconds'}
        suggestions={settings.stripeMeters.map((meter) => (by === 'id' ? meter.id : meter.eventName))}
        note={targetNote(value, settings.stripeMeters, found)}
        onChange={(next) => set({ by, value: next })}
      />
    </div>
  );
}

function targetNote(value: string, all: readonly StripeMeter[], found: StripeMeter | null): string {
  if (found !== null) {
    return `${found.displayName}: Stripe ${formulaWords(found.formula)}${found.isActive ? '' : '; it is inactive and takes no events'}.`;
  }
  if (all.length === 0) return 'The meters of Stripe come with the first pull.';
  return value === '' ? 'Choose one of Stripe’s meters.' : 'Stripe had no such meter when it was last pulled.';
}

const AGGREGATES = [
  { value: '', label: 'sum of the values' },
  { value: 'count', label: 'count of the events' },
  { value: 'max', label: 'largest value' },
  { value: 'last', label: 'last value' },
  { value: 'distinct', label: 'distinct keys' },
];

function UsageGroup({
  draft,
  tables,
  onChange,
}: {
  draft: MeterDraft;
  tables: readonly SetupTable[];
  onChange: Change;
}) {
  const { usage } = draft;
  const names = tables.find(({ name }) => name === usage.table)?.columns.map(({ name }) => name) ?? [];
  const { template } = usage;
  const set = (change: Partial<MeterDraft['usage']>): void =>
    onChange((was) => ({ ...was, usage: { ...was.usage, ...change } }));
  return (
    <Group title="Usage">
      <SelectField
        field="usage.template"
        label="Measured by"
        value={template}
        note={TEMPLATE_WORDS[template].meaning}
        options={Object.entries(TEMPLATE_WORDS).map(([value, { word }]) => ({ value, label: word }))}
        onChange={(next) => set({ template: next as Template })}
      />
      {template === 'sql' ? (
        <QueryField
          field="usage.query"
          label="Query"
          value={usage.query}
          note="Bound: {from:DateTime}, {to:DateTime}, and {customers:Array(String)} where it is used."
          onChange={(query) => set({ query })}
        />
      ) : (
        <>
          <div className="grid grid-cols-2 gap-3">
            <TextField
              field="usage.table"
              label="Table"
              value={usage.table}
              isMono
              placeholder="billing.usage_events"
              {...suggesting(tables.map(({ name }) => name))}
              onChange={(table) => set({ table })}
            />
            {template === 'events' && (
              <SelectField
                field="usage.aggregate"
                label="Taken together as"
                value={usage.aggregate === 'sum' ? '' : usage.aggregate}
                options={AGGREGATES}
                onChange={(aggregate) => set({ aggregate })}
              />
            )}
          </div>
          <Columns usage={usage} names={names} onChange={(columns) => set({ columns })} />
        </>
      )}
      <TemplateSettings usage={usage} onChange={set} />
      {template !== 'sql' && <Filter usage={usage} onChange={(filter) => set({ filter })} />}
    </Group>
  );
}

const suggesting = (suggestions: readonly string[]) => (suggestions.length === 0 ? {} : { suggestions });

function Columns({
  usage,
  names: known,
  onChange,
}: {
  usage: MeterDraft['usage'];
  names: readonly string[];
  onChange: (columns: MeterDraft['usage']['columns']) => void;
}) {
  const whole = useFieldProblems('usage.columns');
  return (
    <div>
      <div className="grid grid-cols-2 gap-x-3 gap-y-3">
        {rolesOf(usage).map(({ role, label, isRequired, isList, placeholder }) => {
          const names = usage.columns[role] ?? [];
          const shared = {
            field: `usage.columns.${role}`,
            label: `${label}${isRequired ? '' : ' (optional)'}`,
            placeholder,
          };
          const set = (next: string[]): void => onChange({ ...usage.columns, [role]: next });
          return isList === true ? (
            <ListField key={role} {...shared} values={names} onChange={set} />
          ) : (
            <TextField
              key={role}
              {...shared}
              isMono
              {...suggesting(known)}
              value={names[0] ?? ''}
              onChange={(name) => set(name === '' ? [] : [name])}
            />
          );
        })}
      </div>
      {whole.map(({ message, remedy }) => (
        <p key={message} className="mt-1 text-label text-structural">
          {message} {remedy}
        </p>
      ))}
    </div>
  );
}

function TemplateSettings({
  usage,
  onChange,
}: {
  usage: MeterDraft['usage'];
  onChange: (change: Partial<MeterDraft['usage']>) => void;
}) {
  switch (usage.template) {
    case 'counter_checkpoints':
      return (
        <>
          <TextField
            field="usage.maxGap"
            label="Longest gap that is no outage"
            value={usage.maxGap}
            placeholder="2m"
            className="w-[calc(50%-6px)]"
            onChange={(maxGap) => onChange({ maxGap })}
          />
          <div className="space-y-1.5">
            <FlagField
              label="A level, not a counter"
              note="Least of two readings × time."
              isOn={usage.gauge}
              onChange={(gauge) => onChange({ gauge })}
            />
            <FlagField
              label="Replaced rows do not count"
              note="FINAL, for replacing tables."
              isOn={usage.final}
              onChange={(final) => onChange({ final })}
            />
          </div>
        </>
      );
    case 'interval_samples':
      return (
        <div className="grid grid-cols-2 gap-3">
          <TextField
            field="usage.bucket"
            label="Bucket"
            value={usage.bucket}
            placeholder="1h"
            onChange={(bucket) => onChange({ bucket })}
          />
          <TextField
            field="usage.grace"
            label="Due after"
            value={usage.grace}
            placeholder="10m"
            onChange={(grace) => onChange({ grace })}
          />
        </div>
      );
    case 'active_series':
      return (
        <>
          <div className="grid grid-cols-2 gap-3">
            <SelectField
              field="usage.end"
              label="End of the period"
              value={usage.end === 'exclusive' ? '' : usage.end}
              options={[
                { value: '', label: 'exclusive' },
                { value: 'inclusive', label: 'inclusive' },
              ]}
              onChange={(end) => onChange({ end })}
            />
            <SelectField
              field="usage.visibility"
              label="Counts"
              value={usage.visibility === 'all' ? '' : usage.visibility}
              options={[
                { value: '', label: 'every series' },
                { value: 'private', label: 'private ones only' },
              ]}
              onChange={(visibility) => onChange({ visibility })}
            />
          </div>
          <FlagField
            label="Keep when each was last seen"
            note="In the cache, so that the count can be told at the end of the period."
            isOn={usage.keep}
            onChange={(keep) => onChange({ keep })}
          />
        </>
      );
    default:
      return null;
  }
}

function Filter({
  usage,
  onChange,
}: {
  usage: MeterDraft['usage'];
  onChange: (filter: MeterDraft['usage']['filter']) => void;
}) {
  const { filter } = usage;
  const set = (column: string, values: string[]): void =>
    onChange(column === '' && values.length === 0 ? null : { column, values });
  return (
    <div className="grid grid-cols-2 gap-3">
      <TextField
        field="usage.filter.column"
        label="Only rows whose (optional)"
        value={filter?.column ?? ''}
        isMono
        placeholder="status"
        onChange={(column) => set(column, filter?.values ?? [])}
      />
      <ListField
        field="usage.filter.values"
        label="is one of"
        values={filter?.values ?? []}
        placeholder="finished, billed"
        onChange={(values) => set(filter?.column ?? '', values)}
      />
    </div>
  );
}

const COMBINES = [
  { value: '', label: 'as the template has it' },
  { value: 'sum', label: 'added up' },
  { value: 'last', label: 'the last' },
  { value: 'max', label: 'the largest' },
];

/** Native unit → billed unit, exactly, and how hours make a month. */
function Units({ draft, units, onChange }: { draft: MeterDraft; units: MeterPreview['units']; onChange: Change }) {
  const { usage } = draft;
  const set = (change: Partial<MeterDraft['usage']>): void =>
    onChange((was) => ({ ...was, usage: { ...was.usage, ...change } }));
  const canCombine = usage.template === 'events' || usage.template === 'sql' || usage.combine !== '';
  return (
    <Group title="Units">
      <div className="grid grid-cols-2 gap-3">
        {usage.template !== 'active_series' && (
          <TextField
            field="usage.scale"
            label="Scale, native to billed"
            value={usage.scale}
            isMono
            placeholder="1"
            onChange={(scale) => set({ scale })}
          />
        )}
        {canCombine && (
          <SelectField
            field="usage.combine"
            label="Hours of a month are"
            value={usage.combine}
            options={COMBINES}
            onChange={(combine) => set({ combine })}
          />
        )}
      </div>
      {units !== null && (
        <p className="rounded-md bg-raised px-3 py-2 text-table wrap-anywhere">
          {unitsSentence(units)} <span className="text-muted">As a fraction: </span>
          <code className="font-mono text-label">{units.scale}</code>
        </p>
      )}
    </Group>
  );
}

function Tolerance({
  draft,
  settings,
  onChange,
}: {
  draft: MeterDraft;
  settings: MeterSettingsList;
  onChange: Change;
}) {
  const set = (change: Partial<MeterDraft['tolerance']>): void =>
    onChange((was) => ({ ...was, tolerance: { ...was.tolerance, ...change } }));
  const { relative, absolute, stalenessSeconds } = settings.tolerance;
  return (
    <Group title="Tolerance">
      <div className="grid grid-cols-3 gap-3">
        <TextField
          field="tolerance.relative"
          label="Relative"
          value={draft.tolerance.relative}
          placeholder={relative}
          onChange={(value) => set({ relative: value })}
        />
        <TextField
          field="tolerance.absolute"
          label="Absolute"
          value={draft.tolerance.absolute}
          placeholder={absolute}
          onChange={(value) => set({ absolute: value })}
        />
        <TextField
          field="tolerance.staleness"
          label="Staleness"
          value={draft.tolerance.staleness}
          placeholder={formatLag(stalenessSeconds).replace(' ', '')}
          onChange={(value) => set({ staleness: value })}
        />
      </div>
      <p className="text-label text-faint">Empty fields are as the workspace has them.</p>
    </Group>
  );
}
