import { Link, useNavigate } from '@tanstack/react-router';
import { Activity } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { MeterDraft, MeterSettingsList } from '../../../shared/contract/meter-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useMeterSettings, usePreview, useSaveMeter } from '../../data/meters.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { meterLabel } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { DryRunPanel } from './dry-run-panel.tsx';
import { DraftProblems } from './field.tsx';
import { MeterForm } from './meter-form.tsx';
import { ProvePanel } from './prove-panel.tsx';
import { QueryPanel } from './query-panel.tsx';
import { ReadOnly } from './read-only.tsx';
import { RemoveForm } from './remove-form.tsx';
import { draftSentence, errorsOf, isSameDraft, newDraft } from './settings-view.ts';

/** Which meter is edited; without a key a new one, for a meter of Stripe's perhaps. */
export type MeterAddress = { key?: string; eventName?: string };

export function meterAddressOf(raw: Record<string, unknown>): MeterAddress {
  return {
    ...(typeof raw.key === 'string' ? { key: raw.key } : {}),
    ...(typeof raw.eventName === 'string' ? { eventName: raw.eventName } : {}),
  };
}

/** One meter of tieout.yaml: its settings, its query, a dry run, its proof. */
export function MeterSettingsScreen({ address }: { address: MeterAddress }) {
  const settings = useMeterSettings();
  const { data } = settings;
  const saved = data?.meters.find(({ key }) => key === address.key);
  useTitle(address.key === undefined ? 'New meter' : `${meterLabel(address.key)}, settings`);
  if (settings.isError || data === undefined) {
    return (
      <section aria-label="Meter" className="h-full overflow-y-auto px-6 pt-5">
        <h1 className="mb-4 text-title font-semibold tracking-[-0.01em]">
          {address.key === undefined ? 'New meter' : meterLabel(address.key)}
        </h1>
        {settings.isError ? (
          <Failure
            document={documentOf(settings.error)}
            meaning="The meter cannot be shown until tieout.yaml can be read."
            onRetry={() => void settings.refetch()}
          />
        ) : (
          <>
            <Skeleton width={420} />
            <div className="mt-6">
              <SkeletonRows rows={9} label="Reading the meter" />
            </div>
          </>
        )}
      </section>
    );
  }
  if (address.key !== undefined && saved === undefined) {
    return (
      <section aria-label="Meter" className="h-full overflow-y-auto px-6 pt-5">
        <h1 className="mb-4 text-title font-semibold tracking-[-0.01em] wrap-anywhere">{meterLabel(address.key)}</h1>
        <p className="text-lead">tieout.yaml has no such meter.</p>
        <Link to="/settings" className="mt-3 inline-block text-accent hover:underline">
          All meters
        </Link>
      </section>
    );
  }
  return <Editor key={address.key ?? ''} address={address} settings={data} saved={saved?.draft ?? null} />;
}

/** What was typed and not saved, so that a look at another page loses nothing. */
const unsaved = new Map<string, MeterDraft>();

function Editor({
  address,
  settings,
  saved,
}: {
  address: MeterAddress;
  settings: MeterSettingsList;
  saved: MeterDraft | null;
}) {
  const workspace = useWorkspace().data;
  const navigate = useNavigate();
  const announce = useAnnounce();
  const save = useSaveMeter();
  const again = useMeterSettings();
  const key = address.key ?? null;
  const place = `${workspace?.folder} ${key ?? ''}`;
  const fresh = saved ?? newDraft(address.eventName);
  const [draft, setDraft] = useState<MeterDraft>(() => unsaved.get(place) ?? fresh);
  const [isRemoving, setRemoving] = useState(false);
  const [digest, setDigest] = useState(settings.digest);
  const isChanged = !isSameDraft(draft, fresh);
  useEffect(() => {
    if (isChanged) unsaved.set(place, draft);
    else unsaved.delete(place);
    // A file that changed under a form that nobody has typed into is simply shown as it is now.
    if (!isChanged) setDigest(settings.digest);
  }, [draft, isChanged, place, settings.digest]);

  const months = [...(workspace?.months ?? [])].reverse();
  const [month, setMonth] = useState(months[1] ?? months[0] ?? workspace?.currentMonth ?? '2000-01');
  const change = { key, draft };
  const preview = usePreview(change, month);
  const problems = preview.data?.problems ?? [];
  const isReady = preview.data !== undefined && preview.isCurrent && errorsOf(problems).length === 0;
  const canSave = isReady && isChanged && settings.readOnly === null && !save.isPending;

  const finish = (words: string, next: string | null): void => {
    unsaved.delete(place);
    announce(words);
    void (next === null
      ? navigate({ to: '/settings' })
      : navigate({ to: '/settings/meter', search: { key: next }, replace: true }));
  };
  const onSave = (): void => {
    if (!canSave) return;
    save.mutate(
      { digest, key, draft },
      {
        onSuccess: (done) => {
          setDigest(done.digest);
          finish(`${meterLabel(draft.key)} is saved in tieout.yaml.`, draft.key);
        },
      },
    );
  };
  /** What stands on disk now is what the next save is held against; what was typed stays. */
  const readAgain = (): void => {
    save.reset();
    void again.refetch().then(({ data }) => {
      if (data !== undefined) setDigest(data.digest);
    });
  };
  const onRemove = (): void =>
    save.mutate(
      { digest, key, draft: null },
      { onSuccess: () => finish(`${meterLabel(key ?? '')} is no longer in tieout.yaml.`, null) },
    );
  useShortcuts([
    { keys: 's', label: 'Save the meter', run: onSave },
    { keys: 'Escape', label: 'Back to the settings', run: () => void navigate({ to: '/settings' }) },
  ]);

  return (
    <DraftProblems value={problems}>
      <div className="h-full overflow-y-auto [scrollbar-gutter:stable]">
        <header className="sticky top-0 z-20 flex items-start gap-3 border-b border-line bg-page px-6 pt-4 pb-3">
          <div className="min-w-0 flex-1">
            <h1 className="truncate text-title font-semibold tracking-[-0.01em]" title={key ?? undefined}>
              {key === null ? 'New meter' : meterLabel(key)}
            </h1>
            <p className="truncate text-muted" role="status">
              {isChanged && key !== null ? 'Not saved yet. ' : ''}
              {draftSentence(preview.data?.problems, key === null)}
            </p>
          </div>
          {key !== null && (
            <Link
              to="/meter"
              search={{ key }}
              className="inline-flex h-7 items-center gap-1.5 rounded-md px-2.5 font-medium text-muted hover:bg-hover hover:text-ink"
            >
              <Activity size={13} aria-hidden="true" />
              Health
            </Link>
          )}
          {key !== null && !isRemoving && (
            <Button kind="quiet" disabled={settings.readOnly !== null} onClick={() => setRemoving(true)}>
              Remove…
            </Button>
          )}
          {isChanged && <Button onClick={() => setDraft(fresh)}>Discard</Button>}
          <Button kind="primary" disabled={!canSave} onClick={onSave}>
            {key === null ? 'Add to tieout.yaml' : 'Save'}
            <kbd className="font-sans text-label opacity-80">s</kbd>
          </Button>
        </header>
        <div className="px-6 pt-5 pb-12">
          {save.isError && (
            <div className="mb-5">
              <Failure
                document={documentOf(save.error)}
                meaning="tieout.yaml is as it was; what you typed is still here."
                onRetry={readAgain}
              />
            </div>
          )}
          {settings.readOnly !== null && (
            <div className="-mt-4 mb-5">
              <ReadOnly because={settings.readOnly} />
            </div>
          )}
          {isRemoving && key !== null && (
            <RemoveForm
              meter={key}
              isPending={save.isPending}
              onCancel={() => setRemoving(false)}
              onRemove={onRemove}
            />
          )}
          <div className="grid grid-cols-[minmax(360px,5fr)_minmax(0,7fr)] gap-x-10">
            <MeterForm draft={draft} settings={settings} preview={preview.data} onChange={setDraft} />
            <div className="min-w-0">
              <QueryPanel preview={preview.data} />
              <DryRunPanel change={change} months={months} month={month} isReady={isReady} onMonth={setMonth} />
              <ProvePanel change={change} isReady={isReady} />
            </div>
          </div>
        </div>
      </div>
    </DraftProblems>
  );
}
