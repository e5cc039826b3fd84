import { Link, useNavigate } from '@tanstack/react-router';
import { FlaskConical, FolderOpen, Plus } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { RecentWorkspace } from '../../../shared/contract/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ProgressBar } from '../../components/progress.tsx';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { isRunning, useJobs } from '../../data/jobs.ts';
import { isDesktop } from '../../data/transport.ts';
import {
  useChooseFolder,
  useOpenSample,
  useOpenWorkspace,
  useRecentWorkspaces,
  useWorkspace,
} from '../../data/workspace.ts';
import { progressOf, stepText } from '../../format/job.ts';
import { formatAge } from '../../format/time.ts';
import { useNow } from '../../frame/clock.ts';
import { Logo } from '../../frame/rail.tsx';
import { useTitle } from '../../frame/title.ts';
import { isBegun, useSetup } from '../new/setup-store.ts';
import { ThreeNumbers } from './three-numbers.tsx';

/** What Tieout does, in one picture; the workspaces; how to start. */
export function HomeScreen() {
  const navigate = useNavigate();
  useTitle('Home');
  const open = useOpenWorkspace(() => void navigate({ to: '/months' }));
  const openFolder = (folder: string): void => open.mutate({ folder });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Home" tabIndex={0} className="h-full overflow-y-auto">
      <div className="mx-auto max-w-[920px] px-6 pt-12 pb-16">
        <div className="flex items-center gap-2.5 text-muted">
          <Logo size={22} />
          <span className="font-semibold">Tieout</span>
        </div>
        <h1 className="mt-4 text-figure font-semibold tracking-[-0.02em]">Did we bill exactly what was used?</h1>
        <p className="mt-1 max-w-[64ch] text-lead text-muted">
          Three numbers must agree for every customer and every meter. Tieout pulls them to this machine, compares them
          to the last digit and puts a price on every difference.
        </p>
        <ThreeNumbers />
        {open.isError && (
          <div className="mt-8">
            <Failure document={documentOf(open.error)} meaning="The workspace was not opened; nothing was changed." />
          </div>
        )}
        <div className="mt-10 grid grid-cols-[minmax(0,1fr)_340px] gap-x-12">
          <Workspaces isBusy={open.isPending} onOpen={openFolder} />
          <HowToStart />
        </div>
      </div>
    </section>
  );
}

function Workspaces({ isBusy, onOpen }: { isBusy: boolean; onOpen: (folder: string) => void }) {
  const recent = useRecentWorkspaces();
  const current = useWorkspace().data?.folder;
  return (
    <section aria-labelledby="workspaces">
      <h2 id="workspaces" className="mb-2 text-lead font-semibold">
        Workspaces
      </h2>
      {recent.isPending && <SkeletonRows rows={3} label="Loading recent workspaces" />}
      {recent.isError && <Failure document={documentOf(recent.error)} onRetry={() => void recent.refetch()} />}
      <ul className="border-t border-line">
        {(recent.data ?? []).map((workspace) => (
          <Recent
            key={workspace.folder}
            workspace={workspace}
            isCurrent={workspace.folder === current}
            isBusy={isBusy}
            onOpen={onOpen}
          />
        ))}
      </ul>
      {recent.data?.length === 0 && <p className="py-3 text-muted">No workspace was opened on this machine yet.</p>}
      <OpenFolder isBusy={isBusy} onOpen={onOpen} />
    </section>
  );
}

function Recent({
  workspace,
  isCurrent,
  isBusy,
  onOpen,
}: {
  workspace: RecentWorkspace;
  isCurrent: boolean;
  isBusy: boolean;
  onOpen: (folder: string) => void;
}) {
  const now = useNow();
  const { folder, name, openedAt, exists } = workspace;
  return (
    <li className="border-b border-line">
      <button
        type="button"
        disabled={!exists || isBusy}
        onClick={() => onOpen(folder)}
        className="flex h-12 w-full items-center gap-3 rounded-md px-2 text-left enabled:hover:bg-hover"
      >
        <span className="min-w-0 flex-1">
          <span className={`block truncate font-medium ${exists ? '' : 'text-muted'}`}>{name}</span>
          <span className="block truncate font-mono text-label text-faint">{folder}</span>
        </span>
        <span className="text-table whitespace-nowrap text-muted">
          {isCurrent ? 'open now' : exists ? formatAge(openedAt, now) : 'folder is gone'}
        </span>
      </button>
    </li>
  );
}

function OpenFolder({ isBusy, onOpen }: { isBusy: boolean; onOpen: (folder: string) => void }) {
  const choose = useChooseFolder();
  const [folder, setFolder] = useState('');
  if (isDesktop()) {
    return (
      <Button
        className="mt-4"
        disabled={isBusy || choose.isPending}
        icon={<FolderOpen size={14} aria-hidden="true" />}
        onClick={() => choose.mutate(undefined, { onSuccess: (chosen) => chosen !== null && onOpen(chosen) })}
      >
        Open a folder
      </Button>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (folder.trim() !== '') onOpen(folder.trim());
  };
  return (
    <form onSubmit={submit} className="mt-4 flex gap-2">
      <input
        value={folder}
        onChange={(event) => setFolder(event.target.value)}
        aria-label="Folder of a workspace"
        placeholder="Folder that holds a tieout.yaml"
        className="h-7 min-w-0 flex-1 rounded-md border border-line-strong bg-page px-2 font-mono text-table placeholder:font-sans placeholder:text-faint"
      />
      <Button
        type="submit"
        disabled={isBusy || folder.trim() === ''}
        icon={<FolderOpen size={14} aria-hidden="true" />}
      >
        Open folder
      </Button>
    </form>
  );
}

function HowToStart() {
  const sample = useOpenSample();
  const isSetupBegun = isBegun(useSetup());
  const making = (useJobs().data ?? []).find((job) => job.kind === 'demo' && isRunning(job));
  return (
    <section aria-labelledby="start">
      <h2 id="start" className="mb-2 text-lead font-semibold">
        How to start
      </h2>
      <ol className="border-t border-line">
        <Step number={1} title="Look at a month with faults in it">
          <p className="text-muted">
            The sample workspace runs the real path with made-up customers and needs no account.
          </p>
          {making === undefined ? (
            <Button
              className="mt-2"
              disabled={sample.isPending}
              icon={<FlaskConical size={14} aria-hidden="true" />}
              onClick={() => sample.mutate()}
            >
              Open the sample workspace
            </Button>
          ) : (
            <div className="mt-2">
              <ProgressBar job={making} />
              <p className="tabular mt-1 text-table text-muted">
                {stepText(making)}
                {progressOf(making).text === '' ? '' : ` · ${progressOf(making).text}`}
              </p>
            </div>
          )}
          {sample.isError && (
            <div className="mt-2">
              <Failure document={documentOf(sample.error)} />
            </div>
          )}
        </Step>
        <Step number={2} title="Point it at your own data">
          <p className="text-muted">
            Six short steps: each connection is tried, customers are matched, nothing is written before the last.
          </p>
          <Link
            to="/new"
            className="mt-2 inline-flex h-7 items-center gap-1.5 rounded-md bg-accent-fill px-2.5 font-medium text-on-accent hover:bg-accent-fill-hover"
          >
            <Plus size={13} aria-hidden="true" />
            {isSetupBegun ? 'Go on with the new workspace' : 'New workspace'}
          </Link>
          <p className="mt-2 text-table text-muted">
            In a terminal: <Code>tieout init DIR</Code>, then <Code>tieout check DIR</Code>.
          </p>
        </Step>
        <Step number={3} title="Pull a month and read what does not agree">
          <p className="text-muted">Nothing leaves this machine. Stripe is only ever read.</p>
        </Step>
      </ol>
    </section>
  );
}

const Code = ({ children }: { children: string }) => (
  <code className="font-mono text-[11.5px] whitespace-nowrap text-ink">{children}</code>
);

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="flex gap-3 border-b border-line py-3">
      <span className="tabular text-muted">{number}</span>
      <div className="min-w-0 flex-1">
        <h3 className="font-medium">{title}</h3>
        {children}
      </div>
    </li>
  );
}
