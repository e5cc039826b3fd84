import { useRouter, useRouterState } from '@tanstack/react-router';
import { FolderOpen } from 'lucide-react';
import { Button } from '../components/button.tsx';
import { documentOf } from '../data/errors.ts';
import { loadPreferences } from '../data/preferences.ts';
import { useOpenWorkspace, useRecentWorkspaces, useWorkspace } from '../data/workspace.ts';
import { useAnnounce } from './announcer.tsx';
import { workspaceIn } from './link.ts';

/** Says what to open where a link belongs to another workspace than the one that is open, or where none is. */
export function LinkedWorkspace() {
  const search = useRouterState({ select: (state) => state.location.search });
  const router = useRouter();
  const wanted = workspaceIn(search);
  const open = useWorkspace().data?.name ?? null;
  const recent = useRecentWorkspaces().data ?? [];
  const announce = useAnnounce();
  const opening = useOpenWorkspace(() => void loadPreferences());
  if (wanted === null || wanted === open) return null;
  const known = recent.find(({ name, exists }) => name === wanted && exists);
  const dismiss = (): void => {
    const { workspace: _, ...rest } = search as Record<string, unknown>;
    void router.navigate({ to: '.', search: rest as never, replace: true });
  };
  return (
    <section
      aria-label="Link to another workspace"
      className="flex flex-wrap items-center gap-3 border-b border-line bg-raised px-6 py-2"
    >
      <p className="min-w-0 flex-1">
        This link shows a page of the workspace <bdi className="font-medium">{wanted}</bdi>
        {open === null ? (
          ', and no workspace is open. '
        ) : (
          <>, and {<bdi className="font-medium">{open}</bdi>} is open. </>
        )}
        {known === undefined
          ? 'Open the folder of that workspace to see it.'
          : `It was opened here before, from ${known.folder}.`}
      </p>
      {known !== undefined && (
        <Button
          kind="primary"
          disabled={opening.isPending}
          icon={<FolderOpen size={13} aria-hidden="true" />}
          onClick={() =>
            opening.mutate({ folder: known.folder }, { onError: (error) => announce(documentOf(error).message, 'bad') })
          }
        >
          Open it
        </Button>
      )}
      {open !== null && <Button onClick={dismiss}>Stay here</Button>}
    </section>
  );
}
