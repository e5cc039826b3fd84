import type { SetupCustomers, SetupMatch, SetupTable } from '../../../shared/contract/setup-schemas.ts';
import { Button } from '../../components/button.tsx';
import { formatCount } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { SelectField, TextField } from '../settings/field.tsx';
import { StepHead } from './parts.tsx';
import { type Answers, aboutMatch, changeDraft, changeSetup, current, type Setup } from './setup-store.ts';
import { isMatched, isSameRule, matchSentence, ruleText } from './setup-view.ts';

/** How a usage id finds its Stripe customer, and how many do. */
export function CustomersStep({
  setup,
  answers,
  tables,
}: {
  setup: Setup;
  answers: Answers;
  tables: readonly SetupTable[];
}) {
  const { usage, draft } = setup;
  const { customers } = draft;
  const set = (change: Partial<SetupCustomers>): void => changeDraft({ customers: { ...customers, ...change } });
  const setUsage = (change: Partial<Setup['usage']>): void =>
    changeSetup((was) => ({ ...was, usage: { ...was.usage, ...change } }));
  const columns = tables.find(({ name }) => name === usage.table)?.columns ?? [];
  const match = current(answers.match, aboutMatch(setup));
  // Rules come from the last look, also while another one is being chosen.
  const rules = (match ?? answers.match?.value)?.rules ?? [];
  return (
    <>
      <StepHead title="Whose usage is it">
        ClickHouse knows your own ids, Stripe knows its customers. One rule brings them together; what it does not fit
        is shown, not hidden.
      </StepHead>
      <div className="grid grid-cols-2 gap-3">
        <TextField
          field="usage.table"
          label="Table with usage"
          value={usage.table}
          isMono
          suggestions={tables.map(({ name }) => name)}
          onChange={(table) => setUsage({ table })}
        />
        <TextField
          field="usage.column"
          label="Column with your own id of the customer"
          value={usage.column}
          isMono
          suggestions={columns.map(({ name }) => name)}
          onChange={(column) => setUsage({ column })}
        />
        <SelectField
          field="customers.by"
          label="In Stripe it stands in"
          value={customers.by}
          options={[
            { value: 'metadata', label: 'metadata of the customer' },
            { value: 'id', label: 'the customer id itself' },
            { value: 'email', label: 'the email' },
            { value: 'file', label: 'a file of ours' },
          ]}
          onChange={(by) => set({ by: by as SetupCustomers['by'] })}
        />
        {customers.by === 'metadata' && (
          <TextField
            field="customers.key"
            label="Metadata key"
            value={customers.key}
            isMono
            placeholder="workspace_id"
            suggestions={rules.flatMap(({ rule }) => (rule.by === 'metadata' ? [rule.key] : []))}
            onChange={(key) => set({ key })}
          />
        )}
        {customers.by === 'file' && (
          <TextField
            field="customers.file"
            label="File"
            value={customers.file}
            isMono
            placeholder="customers.csv"
            note="With the header usage_id,stripe_customer; relative to the workspace, or a whole path."
            onChange={(file) => set({ file })}
          />
        )}
      </div>
      {rules.length > 0 && (
        <Rules rules={rules} usageIds={(match ?? answers.match?.value)?.usageIds ?? 0} own={customers} />
      )}
      {match !== null && <Match match={match} />}
    </>
  );
}

function Rules({ rules, usageIds, own }: { rules: SetupMatch['rules']; usageIds: number; own: SetupCustomers }) {
  return (
    <section aria-labelledby="rules" className="mt-5">
      <h3 id="rules" className="text-table font-medium text-muted">
        Rules that fit
      </h3>
      <ul className="mt-1 border-t border-line">
        {rules.map(({ rule, matched }) => (
          <li key={ruleText(rule)} className="flex min-h-(--row) items-center gap-3 border-b border-line px-1">
            <code className="min-w-0 flex-1 truncate font-mono text-table">{ruleText(rule)}</code>
            <span className="h-1.5 w-28 overflow-hidden rounded-full bg-pressed" aria-hidden="true">
              <span
                className="block h-full rounded-full bg-accent-fill"
                style={{ width: `${usageIds === 0 ? 0 : (matched / usageIds) * 100}%` }}
              />
            </span>
            <span className="tabular w-32 text-right text-table text-muted">
              {formatCount(matched)} of {formatCount(usageIds)}
            </span>
            {isSameRule(rule, own) ? (
              <span className="w-16 text-table font-medium">chosen</span>
            ) : (
              <Button
                className="w-16 justify-center"
                aria-label={`Use ${ruleText(rule)}`}
                onClick={() => changeDraft({ customers: rule })}
              >
                Use
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Match({ match }: { match: SetupMatch }) {
  const { chosen, usageIds, customers, isPartial, problems } = match;
  const missed = chosen?.missed ?? [];
  const unmatched = usageIds - (chosen?.matched ?? 0);
  return (
    <section aria-label="Match" className="mt-5">
      <p role="status" className={`font-medium ${isMatched(match) ? '' : 'text-structural'}`}>
        {matchSentence(match)}
      </p>
      <p className="text-table text-muted">
        Stripe has {formatCount(customers)} {plural(customers, 'customer')}
        {chosen === null ? '' : `, ${formatCount(chosen.customers)} of them with an id by this rule`}.
        {chosen !== null && chosen.ambiguous > 0
          ? ` ${formatCount(chosen.ambiguous)} ${plural(chosen.ambiguous, 'id')} ${plural(chosen.ambiguous, 'fits', 'fit')} several customers and cannot be compared.`
          : ''}
        {isPartial ? ' There are more of them; only the first were looked at.' : ''}
      </p>
      {problems.map(({ code, message, remedy }) => (
        <p key={message} role="alert" className="mt-2 text-table text-structural">
          {message} {remedy} <code className="font-mono text-label">{code}</code>
        </p>
      ))}
      {missed.length > 0 && (
        <table className="mt-3 w-full text-table">
          <caption className="mb-1 text-left font-medium text-muted">
            Usage that finds no customer
            {unmatched > missed.length ? `, the first ${missed.length} of ${formatCount(unmatched)}` : ''}
          </caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Usage id</th>
              <th scope="col">What may be meant</th>
            </tr>
          </thead>
          <tbody>
            {missed.map(({ usageId, near }) => (
              <tr key={usageId} className="border-t border-line">
                <th
                  scope="row"
                  className="py-1 pr-4 text-left align-top font-mono font-normal wrap-anywhere whitespace-pre-wrap"
                >
                  {usageId}
                </th>
                <td className="py-1 text-muted wrap-anywhere">
                  {near === null ? (
                    'unmapped: its usage is billed to nobody'
                  ) : (
                    <>
                      differs only in case or spacing from <code className="font-mono whitespace-pre">{near.id}</code>{' '}
                      of {near.name ?? near.customer}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
