import { Link, useNavigate } from '@tanstack/react-router';
import { Maximize2, X } from 'lucide-react';
import type { CellKey } from '../../../shared/contract/schemas.ts';
import { IconButton } from '../../components/button.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { CellContent } from './cell-content.tsx';

/** A cell beside the table: the list is never lost, the keyboard stays in it. */
export function CellDrawer({ cell, onClose }: { cell: CellKey; onClose: () => void }) {
  const { month, ...address } = cell;
  const navigate = useNavigate();
  useShortcuts(
    [
      {
        keys: 'Alt Enter',
        label: 'Open as a page',
        run: () => void navigate({ to: '/months/$month/cell', params: { month }, search: address }),
      },
    ],
    'panel',
  );
  return (
    <aside
      aria-label="Cell"
      className="drawer-in flex w-[clamp(440px,36vw,600px)] shrink-0 flex-col border-l border-line bg-page"
    >
      <div className="absolute z-10 flex gap-0.5 self-end p-3">
        <Link
          to="/months/$month/cell"
          params={{ month }}
          search={address}
          aria-label="Open as a page"
          title="Open as a page (Alt Enter)"
          className="inline-flex size-7 items-center justify-center rounded-md bg-page text-muted hover:bg-hover hover:text-ink"
        >
          <Maximize2 size={14} aria-hidden="true" />
        </Link>
        <IconButton label="Close (esc)" onClick={onClose} className="bg-page">
          <X size={15} aria-hidden="true" />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse */}
      <section aria-label="Details of the cell" tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-5 pt-4 pb-8">
        <CellContent cell={cell} isNarrow />
      </section>
    </aside>
  );
}
