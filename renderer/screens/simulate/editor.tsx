import { useNavigate } from '@tanstack/react-router';
import { GitCompareArrows, Trash2, Undo2 } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ScenarioCheck, ScenarioEntry, ScenarioOverview } from '../../../shared/contract/simulate-schemas.ts';
import type { Problem } from '../../../shared/errors.ts';
import { Button, IconButton, Key } from '../../components/button.tsx';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useRemoveScenario, useSaveScenario, useScenarioCheck, useSimulationState } from '../../data/simulate.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { Clock } from './clock.tsx';
import { Compare } from './compare.tsx';
import { Invoices } from './invoices.tsx';
import { LateBar, type LateChoice } from './late-bar.tsx';
import { Meters } from './meters.tsx';
import { RemoveForm, SaveForm } from './name-forms.tsx';
import { ScenarioPane, usePaneView } from './pane.tsx';
import { Picker } from './picker.tsx';
import { scenarioSentence } from './simulate-words.ts';
import { Timeline } from './timeline.tsx';
import { useClock } from './use-clock.ts';
import { type Draft, useDraft } from './use-draft.ts';
import { VerdictStrip } from './verdict-strip.tsx';

/** A scenario as it was opened. */
export type Source = {
  readonly kind: 'built-in' | 'own' | 'new' | 'customer';
  readonly id: string | null;
  readonly name: string;
  readonly text: string;
  readonly known: string | null;
  /** In what it is not quite what the cache holds. */
  readonly notes: readonly Pick<Problem, 'code' | 'path' | 'message'>[];
};

type Played = { readonly digest: string; readonly text: string; readonly overview: ScenarioOverview };

const COLUMNS = {
  form: 'grid-cols-[clamp(380px,31vw,540px)_minmax(0,1fr)]',
  text: 'grid-cols-[clamp(380px,31vw,540px)_minmax(0,1fr)]',
  both: 'grid-cols-[minmax(0,11fr)_minmax(0,10fr)]',
} as const;

export function Editor({
  place,
  source,
  entries,
  late,
  onReload,
}: {
  place: string;
  source: Source;
  entries: readonly ScenarioEntry[];
  late: LateChoice | null;
  onReload: () => void;
}) {
  const navigate = useNavigate();
  const announce = useAnnounce();
  const draft = useDraft(place, source.text);
  const checking = useScenarioCheck(draft.text);
  const [view, setView] = usePaneView();
  const [asked, setAsked] = useState<'save' | 'remove' | null>(null);
  const [isComparing, setComparing] = useState(false);
  const save = useSaveScenario();
  const remove = useRemoveScenario();
  const { check } = checking;
  const played = usePlayed(check, draft.text, checking.isCurrent);
  const clock = useClock(played?.overview ?? null);
  const { kind } = source;

  const open = (id: string): void => void navigate({ to: '/simulate', search: { id } });
  const write = (name: string, known: string | null): void =>
    save.mutate(
      { name, text: draft.text, known },
      {
        onSuccess: (file) => {
          setAsked(null);
          draft.settle();
          announce(`Saved as scenarios/${file.name}.json in the workspace.`);
          if (file.id !== source.id) open(file.id);
        },
      },
    );
  const onSave = (): void => {
    if (save.isPending) return;
    if (kind === 'own' && source.known !== null) {
      if (draft.isChanged) write(source.name, source.known);
    } else setAsked('save');
  };
  const onRemove = (): void => {
    if (source.id === null || source.known === null) return;
    remove.mutate(
      { id: source.id, known: source.known },
      {
        onSuccess: () => {
          draft.settle();
          announce(`scenarios/${source.name}.json is deleted.`);
          open('built-in/invoice-parity');
        },
      },
    );
  };
  useShortcuts([
    { keys: 'ArrowLeft', label: 'Step back', run: () => clock.step(-1) },
    { keys: 'ArrowRight', label: 'Step on', run: () => clock.step(1) },
    { keys: 'Home', label: 'Back to the start', run: clock.reset },
    { keys: 'End', label: 'To the end', run: clock.finish },
    { keys: 'p', label: 'Play or pause', run: clock.toggle },
    { keys: 's', label: 'Save the scenario', run: onSave },
    { keys: 'c', label: 'Compare with another run', run: () => setComparing(!isComparing) },
    { keys: 'u', label: 'Undo', run: draft.undo },
    { keys: 'x', label: 'Form, text or both', run: () => setView(NEXT_VIEW[view]) },
  ]);
  const problems = check?.problems ?? [];
  const failure = save.error ?? remove.error;
  return (
    <section aria-label="Simulate" className="flex h-full min-h-0 flex-col">
      <Head
        source={source}
        draft={draft}
        sentence={scenarioSentence(check, checking.isCurrent)}
        title={titleOf(source, check)}
        entries={entries}
        isSaving={save.isPending}
        isComparing={isComparing}
        onOpen={open}
        onAsk={(what) => setAsked(asked === what ? null : what)}
        onCompare={() => setComparing(!isComparing)}
        onSave={onSave}
      />
      {late !== null && <LateBar choice={late} notes={source.notes} />}
      {asked === 'save' && (
        <SaveForm
          name={kind === 'built-in' ? `${source.name}, mine` : source.name}
          isPending={save.isPending}
          onCancel={() => setAsked(null)}
          onSave={(name) => write(name, null)}
        />
      )}
      {asked === 'remove' && (
        <RemoveForm
          name={source.name}
          isPending={remove.isPending}
          onCancel={() => setAsked(null)}
          onRemove={onRemove}
        />
      )}
      {failure !== null && (
        <div className="border-b border-line px-6 py-3">
          <Failure
            document={documentOf(failure)}
            meaning="Nothing was written; what you typed is still here."
            onRetry={() => {
              save.reset();
              remove.reset();
              onReload();
            }}
          />
        </div>
      )}
      <div className={`grid min-h-0 flex-1 ${COLUMNS[view]}`}>
        <ScenarioPane text={draft.text} problems={problems} view={view} onView={setView} onChange={draft.change} />
        <div className="flex min-h-0 min-w-0 flex-col">
          {checking.error !== null ? (
            <div className="p-5">
              <Failure
                document={documentOf(checking.error)}
                meaning="The scenario could not be played; what you typed is still here."
                onRetry={checking.retry}
              />
            </div>
          ) : check === null ? (
            <div className="px-5 pt-6">
              <SkeletonRows rows={10} label="Playing the scenario" />
            </div>
          ) : played === null ? (
            <Unplayable check={check} />
          ) : (
            <Run
              played={played}
              clock={clock}
              isStale={problems.length > 0}
              comparison={
                isComparing ? (
                  <Compare
                    text={played.text}
                    saved={draft.isChanged ? source.text : null}
                    own={source.id}
                    entries={entries}
                    onClose={() => setComparing(false)}
                  />
                ) : null
              }
            />
          )}
        </div>
      </div>
    </section>
  );
}

function Head({
  source,
  draft,
  sentence,
  title,
  entries,
  isSaving,
  isComparing,
  onOpen,
  onAsk,
  onCompare,
  onSave,
}: {
  source: Source;
  draft: Draft;
  sentence: string;
  title: string;
  entries: readonly ScenarioEntry[];
  isSaving: boolean;
  isComparing: boolean;
  onOpen: (id: string) => void;
  onAsk: (what: 'save' | 'remove') => void;
  onCompare: () => void;
  onSave: () => void;
}) {
  const { kind } = source;
  const isOwn = kind === 'own';
  return (
    <header className="flex shrink-0 items-center gap-2 border-b border-line px-6 pt-3 pb-2.5">
      <div className="min-w-0 flex-1">
        <h1 className="flex min-w-0">
          <Picker title={title} current={source.id} entries={entries} onChoose={onOpen} />
        </h1>
        <p className="truncate text-muted" role="status" title={sentence}>
          {draft.isChanged && kind !== 'new' ? 'Not saved. ' : KIND_WORDS[kind]}
          {sentence}
        </p>
      </div>
      {draft.canUndo && (
        <IconButton label="Undo (u)" onClick={draft.undo}>
          <Undo2 size={15} aria-hidden="true" />
        </IconButton>
      )}
      {draft.isChanged && (
        <Button kind="quiet" onClick={draft.discard}>
          Discard
        </Button>
      )}
      {isOwn && (
        <IconButton label="Delete this scenario…" onClick={() => onAsk('remove')}>
          <Trash2 size={15} aria-hidden="true" />
        </IconButton>
      )}
      <Button aria-expanded={isComparing} onClick={onCompare} icon={<GitCompareArrows size={13} aria-hidden="true" />}>
        Compare
        <Key>c</Key>
      </Button>
      {isOwn && <Button onClick={() => onAsk('save')}>Save as…</Button>}
      <Button kind="primary" disabled={isSaving || (isOwn && !draft.isChanged)} onClick={onSave}>
        {isOwn ? 'Save' : 'Save to the workspace…'}
        <kbd className="font-sans text-label opacity-80">s</kbd>
      </Button>
    </header>
  );
}

const NEXT_VIEW = { form: 'text', text: 'both', both: 'form' } as const;

const KIND_WORDS: Readonly<Record<Source['kind'], string>> = {
  'built-in': 'Comes with Tieout. ',
  own: '',
  new: 'Not saved yet. ',
  customer: 'Made of what the cache holds. ',
};

const titleOf = ({ kind, name }: Source, check: ScenarioCheck | null): string =>
  kind === 'own' ? name : (check?.overview?.name ?? (name === '' ? 'New scenario' : name));

/** The newest version that can be played: what is being typed often cannot. */
function usePlayed(check: ScenarioCheck | null, text: string, isCurrent: boolean): Played | null {
  const kept = useRef<Played | null>(null);
  if (check !== null && check.overview !== null && kept.current?.digest !== check.digest && isCurrent) {
    kept.current = { digest: check.digest, text, overview: check.overview };
  }
  return kept.current;
}

/** The run where the clock stands. */
function Run({
  played,
  clock,
  isStale,
  comparison,
}: {
  played: Played;
  clock: ReturnType<typeof useClock>;
  isStale: boolean;
  comparison: React.ReactNode;
}) {
  const { digest, overview } = played;
  const state = useSimulationState(played, clock.at);
  return (
    <>
      <Clock overview={overview} clock={clock} />
      {isStale && (
        <p role="status" className="shrink-0 border-b border-line bg-raised px-5 py-1.5 text-table text-muted">
          The scenario has problems, so this is the last version that could be played.
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse */}
      <section aria-label="Run" tabIndex={0} className="@container min-h-0 flex-1 overflow-y-auto -outline-offset-2">
        {comparison}
        <Timeline digest={digest} overview={overview} index={clock.index} onMove={clock.moveTo} />
        {state.data !== undefined && (
          <div className="@5xl:grid @5xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
            <Invoices state={state.data} digest={digest} />
            <Meters state={state.data} />
          </div>
        )}
        {state.isError && documentOf(state.error).code !== 'scenario.text_gone' && (
          <div className="p-5">
            <Failure document={documentOf(state.error)} onRetry={() => void state.refetch()} />
          </div>
        )}
      </section>
      {state.data !== undefined && <VerdictStrip state={state.data} end={overview.end} />}
    </>
  );
}

function Unplayable({ check }: { check: ScenarioCheck }) {
  return (
    <div className="px-6 pt-8">
      <h2 className="text-lead font-semibold">It cannot be played yet</h2>
      <p className="mt-1 text-muted">
        Mend what the scenario says wrong at the left; the run appears here as soon as it makes sense.
      </p>
      <ul className="mt-4 space-y-2">
        {check.problems.map((problem) => (
          <li key={`${problem.path} ${problem.message}`} className="border-l-2 border-line-strong pl-3">
            {problem.path !== null && <code className="mr-2 font-mono text-table">{problem.path}</code>}
            <span className="text-structural">{problem.message}</span>
            <span className="block text-table text-muted">{problem.remedy}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
