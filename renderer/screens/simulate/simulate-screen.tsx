import { Navigate, useNavigate } from '@tanstack/react-router';
import type { FromCustomerRequest, ScenarioDraft, ScenarioEntry } from '../../../shared/contract/simulate-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useCustomerScenario, useScenarioFile, useScenarios } from '../../data/simulate.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { useTitle } from '../../frame/title.ts';
import { Editor, type Source } from './editor.tsx';
import { NEW_SCENARIO } from './scenario-form.tsx';
import type { SimulateSearch } from './simulate-search.ts';

/** Where a person was last. */
let lastOpened: SimulateSearch | null = null;

/** A month close on a test clock: the scenario at the left, what comes of it at the right. */
export function SimulateScreen({ search }: { search: SimulateSearch }) {
  const list = useScenarios();
  useTitle('Simulate');
  const isAddressed = search.id !== undefined || search.customer !== undefined;
  if (isAddressed) lastOpened = search;
  if (list.isError) {
    return (
      <Page>
        <Failure
          document={documentOf(list.error)}
          meaning="No scenario can be opened; months and invoices are not touched by it."
          onRetry={() => void list.refetch()}
        />
      </Page>
    );
  }
  if (list.data === undefined) return <Loading />;
  if (!isAddressed) {
    const first =
      list.data.find(({ isBuiltIn }) => !isBuiltIn) ?? list.data.find(({ name }) => name === 'invoice-parity');
    const chosen = lastOpened ?? { id: first?.id ?? list.data[0]?.id ?? 'new/scenario' };
    return <Navigate to="/simulate" search={chosen} replace />;
  }
  return search.customer === undefined ? (
    <FromFile key={search.id} id={search.id ?? ''} entries={list.data} />
  ) : (
    <FromCustomer search={search} customer={search.customer} entries={list.data} />
  );
}

function FromFile({ id, entries }: { id: string; entries: readonly ScenarioEntry[] }) {
  const isNew = id.startsWith('new/');
  const file = useScenarioFile(isNew ? null : id);
  const folder = useWorkspace().data?.folder ?? '';
  const navigate = useNavigate();
  if (file.isError) {
    lastOpened = null;
    return (
      <Page>
        <Failure document={documentOf(file.error)} meaning="The other scenarios can be opened." />
        <Button className="mt-3" onClick={() => void navigate({ to: '/simulate', search: {} })}>
          Open another one
        </Button>
      </Page>
    );
  }
  if (!isNew && file.data === undefined) return <Loading />;
  const source: Source = isNew
    ? { kind: 'new', id: null, name: '', text: NEW_SCENARIO, known: null, notes: [] }
    : {
        kind: file.data?.isBuiltIn === true ? 'built-in' : 'own',
        id,
        name: file.data?.name ?? '',
        text: file.data?.text ?? '',
        known: file.data?.known ?? null,
        notes: [],
      };
  return (
    <Editor
      place={`${folder} ${id}`}
      source={source}
      entries={entries}
      onReload={() => void file.refetch()}
      late={null}
    />
  );
}

function FromCustomer({
  search,
  customer,
  entries,
}: {
  search: SimulateSearch;
  customer: string;
  entries: readonly ScenarioEntry[];
}) {
  const { month = '', late = null, grace = null } = search;
  const request: FromCustomerRequest = { customer, month, quantities: 'metered', late, delay: null, grace };
  const made = useCustomerScenario(request);
  const folder = useWorkspace().data?.folder ?? '';
  const navigate = useNavigate();
  if (made.isError) {
    return (
      <Page>
        <Failure
          document={documentOf(made.error)}
          meaning="No scenario could be made of the customer’s month."
          onRetry={() => void made.refetch()}
        />
        <Button
          className="mt-3"
          onClick={() => {
            lastOpened = null;
            void navigate({ to: '/simulate', search: {} });
          }}
        >
          Open a scenario
        </Button>
      </Page>
    );
  }
  if (made.data === undefined) return <Loading />;
  const key = Object.values(search).join(' ');
  return (
    <Editor
      key={key}
      place={`${folder} ${key}`}
      source={sourceOf(made.data)}
      entries={entries}
      onReload={() => void made.refetch()}
      late={{
        late,
        grace,
        onChange: (next) =>
          void navigate({
            to: '/simulate',
            search: {
              customer,
              month,
              ...(next.late === null ? {} : { late: next.late }),
              ...(next.grace === null ? {} : { grace: next.grace }),
            },
            replace: true,
          }),
      }}
    />
  );
}

const sourceOf = ({ name, text, notes }: ScenarioDraft): Source => ({
  kind: 'customer',
  id: null,
  name,
  text,
  known: null,
  notes,
});

const Page = ({ children }: { children: React.ReactNode }) => (
  <section aria-label="Simulate" className="h-full overflow-y-auto px-6 pt-5">
    <h1 className="mb-4 text-title font-semibold tracking-[-0.01em]">Simulate</h1>
    {children}
  </section>
);

/** The layout as it will be. */
function Loading() {
  return (
    <section aria-label="Simulate" className="flex h-full flex-col">
      <header className="border-b border-line px-6 pt-4 pb-3">
        <h1 className="text-title font-semibold tracking-[-0.01em]">Simulate</h1>
        <div className="mt-1">
          <Skeleton width={320} />
        </div>
      </header>
      <div className="grid min-h-0 flex-1 grid-cols-[420px_minmax(0,1fr)]">
        <div className="border-r border-line px-5 pt-4">
          <SkeletonRows rows={8} label="Loading the scenario" />
        </div>
        <div className="px-5 pt-6">
          <Skeleton height={48} />
          <div className="mt-6">
            <SkeletonRows rows={8} label="Loading the timeline" />
          </div>
        </div>
      </div>
    </section>
  );
}
