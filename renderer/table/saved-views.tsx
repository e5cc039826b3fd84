import { Bookmark, Check, Trash2 } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { Button, IconButton } from '../components/button.tsx';
import { useJsonPreference } from '../data/preferences.ts';
import { useAnnounce } from '../frame/announcer.tsx';
import { CHOSEN, FIELD } from './filter-parts.tsx';
import { isSameView, savedViewsOf, type View, withoutView, withView } from './view-list.ts';

/**
 * Filters and order under a name of one's own, for one screen of this workspace; the month is not part of it, so that
 * last month's view does for the next one.
 */
export function SavedViews<Search extends object>({
  screen,
  search,
  read,
  onApply,
}: {
  screen: 'month' | 'invoices' | 'late';
  /** Filter and order, without what is open beside the table. */
  search: Search;
  /** Reads what was kept, which may be of another version. */
  read: (raw: Record<string, unknown>) => Search;
  onApply: (search: Search) => void;
}) {
  const [views, setViews] = useJsonPreference('workspace', `views.${screen}`, savedViewsOf);
  const [isOpen, setOpen] = useState(false);
  const current = views.find((view) => isSameView(read(view.search), search));
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        title="Saved filters"
        className={`${FIELD} max-w-[180px] items-center gap-1.5 px-2 whitespace-nowrap ${current === undefined ? 'hidden text-muted @min-[680px]:flex' : `flex ${CHOSEN}`}`}
      >
        <Bookmark size={13} aria-hidden="true" className="shrink-0" />
        <bdi className="truncate">{current?.name ?? 'Saved'}</bdi>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          collisionPadding={8}
          sideOffset={4}
          aria-label="Saved filters"
          className="float-in z-40 w-[300px] rounded-lg bg-float p-1.5 shadow-float"
        >
          {views.length === 0 ? (
            <p className="px-2 py-1.5 text-muted">Filters and order that you come back to, under a name.</p>
          ) : (
            <ul className="max-h-[40vh] overflow-auto">
              {views.map((view) => (
                <li key={view.name} className="flex items-center rounded-md hover:bg-hover">
                  <button
                    type="button"
                    aria-pressed={view === current}
                    onClick={() => {
                      onApply(read(view.search));
                      setOpen(false);
                    }}
                    className="flex h-8 min-w-0 flex-1 items-center gap-2 px-2 text-left"
                  >
                    <span className="flex size-4 shrink-0 items-center justify-center">
                      {view === current && <Check size={14} aria-hidden="true" className="text-accent" />}
                    </span>
                    <bdi className="truncate">{view.name}</bdi>
                  </button>
                  <Forget view={view} views={views} onViews={setViews} />
                </li>
              ))}
            </ul>
          )}
          <SaveForm
            suggestion={current?.name ?? ''}
            onSave={(name) => {
              setViews(withView(views, { name, search: Object.fromEntries(Object.entries(search)) }));
              setOpen(false);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Takes a view away; it can be had back as long as the notice stands. */
function Forget({
  view,
  views,
  onViews,
}: {
  view: View;
  views: readonly View[];
  onViews: (views: readonly View[]) => void;
}) {
  const announce = useAnnounce();
  return (
    <IconButton
      label={`Forget ${view.name}`}
      onClick={() => {
        onViews(withoutView(views, view.name));
        announce(`${view.name} is no longer among the saved filters.`, 'plain', {
          label: 'Undo',
          run: () => onViews(views),
        });
      }}
    >
      <Trash2 size={13} aria-hidden="true" />
    </IconButton>
  );
}

function SaveForm({ suggestion, onSave }: { suggestion: string; onSave: (name: string) => void }) {
  const [name, setName] = useState(suggestion);
  const trimmed = name.trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (trimmed !== '') onSave(trimmed);
  };
  return (
    <form onSubmit={submit} className="mt-1 flex items-center gap-1.5 border-t border-line px-1 pt-2 pb-0.5">
      <input
        value={name}
        maxLength={60}
        aria-label="Name of these filters"
        placeholder="Name of these filters"
        onChange={(event) => setName(event.target.value)}
        className={`${FIELD} min-w-0 flex-1 px-2 placeholder:text-faint`}
      />
      <Button type="submit" disabled={trimmed === ''}>
        Save
      </Button>
    </form>
  );
}
