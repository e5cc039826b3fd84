import { FolderOpen } from 'lucide-react';
import type { SetupDraft, SetupFolder, SetupStart } from '../../../shared/contract/setup-schemas.ts';
import { Button } from '../../components/button.tsx';
import { isDesktop } from '../../data/transport.ts';
import { useChooseFolder } from '../../data/workspace.ts';
import { FlagField, TextField } from '../settings/field.tsx';
import { Choice, SecretField, StepHead, TestResult } from './parts.tsx';
import {
  type Answers,
  aboutClickHouse,
  aboutStripe,
  changeDraft,
  changeSetup,
  current,
  type Setup,
} from './setup-store.ts';

const lastPart = (folder: string): string => folder.split(/[\\/]/).filter(Boolean).at(-1) ?? '';

/** Which folder, and what it is called. */
export function WorkspaceStep({
  setup,
  start,
  found,
  onOpen,
}: {
  setup: Setup;
  start: SetupStart;
  found: SetupFolder | undefined;
  onOpen: (folder: string) => void;
}) {
  const choose = useChooseFolder();
  const { folder, name } = setup.draft;
  const setFolder = (next: string): void =>
    changeSetup((was) => {
      const isNamed = was.draft.name !== '' && was.draft.name !== lastPart(was.draft.folder);
      return {
        ...was,
        made: null,
        draft: { ...was.draft, folder: next, name: isNamed ? was.draft.name : lastPart(next) },
      };
    });
  return (
    <>
      <StepHead title="A folder and a name">
        A workspace is a folder: tieout.yaml, which can be kept in git, the cache of what was pulled, and the exports.
      </StepHead>
      <div className="flex items-start gap-2">
        <TextField
          field="folder"
          label="Folder"
          value={folder}
          isMono
          placeholder={`${start.home}${start.separator}acme`}
          note={found === undefined ? 'A new one is made; nothing is written before the last step.' : folderNote(found)}
          className="flex-1"
          onChange={setFolder}
        />
        {isDesktop() && (
          <Button
            className="mt-[22px]"
            icon={<FolderOpen size={14} aria-hidden="true" />}
            onClick={() => choose.mutate(undefined, { onSuccess: (chosen) => chosen !== null && setFolder(chosen) })}
          >
            Choose…
          </Button>
        )}
      </div>
      {found?.state === 'workspace' && (
        <Button className="mt-2" onClick={() => onOpen(found.folder)}>
          Open that workspace
        </Button>
      )}
      {found?.problem != null && (
        <p role="alert" className="mt-2 text-table text-structural">
          {found.problem.message} {found.problem.remedy}
        </p>
      )}
      <TextField
        field="name"
        label="Name"
        value={name}
        placeholder="Acme Cloud"
        note="As screens and reports show it."
        className="mt-4"
        onChange={(next) => changeDraft({ name: next })}
      />
    </>
  );
}

function folderNote({ state, folder, usage }: SetupFolder): string {
  switch (state) {
    case 'new':
      return `${folder} is made with the last step.`;
    case 'empty':
      return 'The folder is empty.';
    case 'has_files':
      return usage.length > 0
        ? 'The folder holds exports that the embedded ClickHouse can read.'
        : 'What is in the folder already stays as it is.';
    case 'workspace':
      return 'The folder holds a tieout.yaml already.';
    case 'unusable':
      return 'No workspace can be made there.';
  }
}

/** Where usage is measured. */
export function ClickHouseStep({
  setup,
  answers,
  usageFolders,
}: {
  setup: Setup;
  answers: Answers;
  usageFolders: readonly string[];
}) {
  const { clickhouse, folder } = setup.draft;
  const set = (change: Partial<SetupDraft['clickhouse']>): void =>
    changeDraft({ clickhouse: { ...clickhouse, ...change } });
  const test = current(answers.clickhouse, aboutClickHouse(setup));
  return (
    <>
      <StepHead title="ClickHouse, where usage is measured">
        Tieout only reads, and lets ClickHouse do the adding up: no raw row crosses the wire.
      </StepHead>
      <Choice
        label="Usage is in"
        value={clickhouse.kind}
        options={[
          { value: 'server', label: 'A ClickHouse server', note: 'Over its HTTP interface.' },
          { value: 'embedded', label: 'A folder of files', note: 'Parquet or CSV exports, read on this machine.' },
        ]}
        onChange={(kind) => set({ kind })}
      />
      {clickhouse.kind === 'server' ? (
        <div className="space-y-3">
          <TextField
            field="clickhouse.url"
            label="Address"
            value={clickhouse.url}
            isMono
            placeholder="https://clickhouse.example.com:8443"
            onChange={(url) => set({ url })}
          />
          <div className="grid grid-cols-2 gap-3">
            <TextField
              field="clickhouse.database"
              label="Database"
              value={clickhouse.database}
              isMono
              onChange={(database) => set({ database })}
            />
            <TextField
              field="clickhouse.username"
              label="User"
              value={clickhouse.username}
              isMono
              note="One with readonly = 2 is enough."
              onChange={(username) => set({ username })}
            />
          </div>
          <SecretField
            folder={folder}
            field="clickhouse.password"
            label="Password"
            value={clickhouse.password}
            isOptional
            onChange={(password) => set({ password })}
          />
        </div>
      ) : (
        <TextField
          field="clickhouse.embedded"
          label="Folder of the exports"
          value={clickhouse.folder}
          isMono
          placeholder="./usage"
          suggestions={usageFolders}
          note="Relative to the workspace, or a whole path. Each file becomes a table of its name: usage_events.parquet is usage_events."
          onChange={(next) => set({ folder: next })}
        />
      )}
      {test !== null && <TestResult title="ClickHouse" facts={test.facts} problems={test.problems} />}
    </>
  );
}

/** Where usage was sent to be billed. */
export function StripeStep({ setup, answers }: { setup: Setup; answers: Answers }) {
  const { stripe, folder } = setup.draft;
  const set = (change: Partial<SetupDraft['stripe']>): void => changeDraft({ stripe: { ...stripe, ...change } });
  const test = current(answers.stripe, aboutStripe(setup));
  return (
    <>
      <StepHead title="Stripe, where usage is metered and billed">
        Make a restricted key (rk_…) under Developers, API keys, with read permission for what is listed below. Tieout
        never writes.
      </StepHead>
      <div className="space-y-3">
        <SecretField
          folder={folder}
          field="stripe.apiKey"
          label="Key"
          value={stripe.apiKey}
          onChange={(apiKey) => set({ apiKey })}
        />
        <FlagField
          label="Customers on test clocks take part"
          note="In test mode only."
          isOn={stripe.testClocks}
          onChange={(testClocks) => set({ testClocks })}
        />
        <details {...(stripe.apiBase === '' ? {} : { open: true })}>
          <summary className="fold -ml-0.5 h-7 text-accent">Another address than Stripe’s own</summary>
          <TextField
            field="stripe.apiBase"
            label="Address (empty: Stripe)"
            value={stripe.apiBase}
            isMono
            placeholder="https://api.stripe.com"
            note="A sandbox that answers as Stripe does."
            onChange={(apiBase) => set({ apiBase })}
          />
        </details>
      </div>
      {test !== null && (
        <TestResult title="Stripe" facts={test.facts} problems={test.problems}>
          {test.permissions.length > 0 && (
            <div className="border-t border-line px-4 py-2.5">
              <h3 className="text-table font-medium text-muted">Permissions, to read</h3>
              <ul className="mt-1 grid grid-cols-2 gap-x-6 text-table">
                {test.permissions.map(({ name, isGranted, isNecessary }) => (
                  <li key={name} className="flex justify-between gap-3 py-0.5">
                    <span>{name}</span>
                    <span className={isGranted ? 'text-muted' : isNecessary ? 'text-structural' : 'text-billed'}>
                      {isGranted ? 'granted' : isNecessary ? 'missing' : 'missing, not needed'}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </TestResult>
      )}
    </>
  );
}
