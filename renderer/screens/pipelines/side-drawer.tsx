import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../components/button.tsx';

/** What is told of one row, beside the table. */
export function SideDrawer({
  label,
  title,
  hint,
  note,
  onClose,
  children,
}: {
  label: string;
  title: string;
  hint: string;
  note: string;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <aside
      aria-label={label}
      className="drawer-in flex w-[clamp(440px,38vw,720px)] shrink-0 flex-col border-l border-line bg-page"
    >
      <header className="flex shrink-0 items-start gap-3 border-b border-line py-3 pr-3 pl-5">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-title font-semibold tracking-[-0.01em]">
            <bdi title={hint}>{title}</bdi>
          </h2>
          <p className="truncate text-muted">{note}</p>
        </div>
        <IconButton label="Close (esc)" onClick={onClose}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      </header>
      <section
        key={hint}
        aria-label={`Details: ${label.toLowerCase()}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="@container min-h-0 flex-1 overflow-y-auto px-5 pt-3 pb-8"
      >
        {children}
      </section>
    </aside>
  );
}
