import { Check, ChevronDown, Plus, TriangleAlert } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ScenarioEntry } from '../../../shared/contract/simulate-schemas.ts';

const ITEM = 'flex min-h-8 items-center gap-2 rounded-md px-2 py-1 outline-none data-[highlighted]:bg-hover';

/** Which scenario: those of the workspace, and those that come with Tieout. */
export function Picker({
  title,
  current,
  entries,
  onChoose,
}: {
  title: string;
  current: string | null;
  entries: readonly ScenarioEntry[];
  onChoose: (id: string) => void;
}) {
  const own = entries.filter(({ isBuiltIn }) => !isBuiltIn);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`Scenario: ${title}`}
        className="-ml-2 flex max-w-full min-w-0 items-center gap-1.5 rounded-md px-2 py-0.5 hover:bg-hover"
      >
        <bdi className="truncate text-title font-semibold tracking-[-0.01em]" title={title}>
          {title}
        </bdi>
        <ChevronDown size={16} aria-hidden="true" className="shrink-0 text-muted" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          className="float-in z-40 max-h-[70vh] w-[460px] overflow-auto rounded-lg bg-float p-1.5 shadow-float"
        >
          <DropdownMenu.Item onSelect={() => onChoose('new/scenario')} className={ITEM}>
            <Plus size={14} aria-hidden="true" className="text-accent" />
            New scenario
          </DropdownMenu.Item>
          <Group title="In this workspace" entries={own} current={current} onChoose={onChoose} />
          {own.length === 0 && (
            <p className="px-2 pb-1.5 pl-8 text-table text-muted">None yet. One that you save stands here.</p>
          )}
          <Group
            title="Come with Tieout"
            entries={entries.filter(({ isBuiltIn }) => isBuiltIn)}
            current={current}
            onChoose={onChoose}
          />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Group({
  title,
  entries,
  current,
  onChoose,
}: {
  title: string;
  entries: readonly ScenarioEntry[];
  current: string | null;
  onChoose: (id: string) => void;
}) {
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="px-2 pt-2 pb-1 text-label text-faint">{title}</DropdownMenu.Label>
      {entries.map(({ id, name, title: says, isBuiltIn, problem }) => (
        <DropdownMenu.Item key={id} onSelect={() => onChoose(id)} className={ITEM}>
          <span className="flex size-4 shrink-0 items-center justify-center">
            {id === current && <Check size={14} aria-hidden="true" className="text-accent" />}
          </span>
          <span className="min-w-0 flex-1">
            <bdi className="block truncate">{isBuiltIn ? (says ?? name) : name}</bdi>
            {!isBuiltIn && says !== null && says !== name && (
              <bdi className="block truncate text-label text-faint">{says}</bdi>
            )}
            {problem !== null && (
              <span className="flex items-center gap-1 text-label text-structural">
                <TriangleAlert size={11} aria-hidden="true" className="shrink-0" />
                <span className="truncate">{problem}</span>
              </span>
            )}
          </span>
        </DropdownMenu.Item>
      ))}
    </DropdownMenu.Group>
  );
}
