import { ArrowDown, ArrowUp, Copy, SlidersHorizontal } from 'lucide-react';
import { Popover } from 'radix-ui';
import { Button, IconButton, Key } from '../components/button.tsx';
import { setDensity, useDensity } from '../frame/theme.ts';
import { arranged, type ColumnChoice, withMoved, withToggled } from './column-choice.ts';

type Column = {
  readonly id: string;
  readonly header: string;
  readonly fullHeader?: string;
  readonly isRowHeader?: boolean;
};

/** The longer name where the menu has room for it; a header that explains itself in a sentence is told by its own name. */
const shortName = (fullHeader: string | undefined, header: string): string =>
  fullHeader !== undefined && fullHeader.length <= ROOM ? fullHeader : header;

const ROOM = 22;

/** What can be done with a grid as a whole: its columns, the height of its rows, all of it as CSV. */
export function TableMenu({
  columns,
  shown,
  choice,
  onChoice,
  onCopy,
}: {
  columns: readonly Column[];
  /** Ids of the columns for which there is room now. */
  shown: ReadonlySet<string>;
  choice: ColumnChoice;
  onChoice: (choice: ColumnChoice | null) => void;
  onCopy: (() => void) | null;
}) {
  const density = useDensity();
  const list = arranged(columns, choice);
  const movable = list.filter(({ isRowHeader }) => isRowHeader !== true);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton label="Columns, rows and copy">
          <SlidersHorizontal size={14} aria-hidden="true" />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          collisionPadding={8}
          sideOffset={6}
          aria-label="Columns, rows and copy"
          className="float-in z-40 flex max-h-[70vh] w-[280px] flex-col overflow-auto rounded-lg bg-float p-3 shadow-float"
        >
          <div className="mb-1 flex h-7 items-center justify-between">
            <h3 className="font-medium">Columns</h3>
            {(choice.order.length > 0 || choice.hidden.length > 0) && (
              <Button kind="quiet" onClick={() => onChoice(null)}>
                As at first
              </Button>
            )}
          </div>
          <ul>
            {movable.map(({ id, header, fullHeader }, place) => {
              const name = shortName(fullHeader, header);
              const isOn = !choice.hidden.includes(id);
              return (
                <li key={id} className="flex h-8 items-center gap-1 rounded-md pl-1 hover:bg-hover">
                  <label className="flex min-w-0 flex-1 items-center gap-2">
                    <input
                      type="checkbox"
                      checked={isOn}
                      onChange={() => onChoice(withToggled(choice, id))}
                      className="accent-(--accent)"
                    />
                    <span className="truncate">{name}</span>
                    {isOn && !shown.has(id) && <span className="text-label whitespace-nowrap text-faint">no room</span>}
                  </label>
                  <IconButton
                    label={`${name}: further left`}
                    disabled={place === 0}
                    onClick={() => onChoice(withMoved(columns, choice, id, -1))}
                  >
                    <ArrowUp size={13} aria-hidden="true" />
                  </IconButton>
                  <IconButton
                    label={`${name}: further right`}
                    disabled={place === movable.length - 1}
                    onClick={() => onChoice(withMoved(columns, choice, id, 1))}
                  >
                    <ArrowDown size={13} aria-hidden="true" />
                  </IconButton>
                </li>
              );
            })}
          </ul>
          <label className="mt-2 flex h-8 items-center gap-2 border-t border-line pt-2 pl-1">
            <input
              type="checkbox"
              checked={density === 'compact'}
              onChange={() => setDensity(density === 'compact' ? 'normal' : 'compact')}
              className="accent-(--accent)"
            />
            Compact rows
          </label>
          {onCopy !== null && (
            <Popover.Close asChild>
              <Button className="mt-3 justify-center" onClick={onCopy} icon={<Copy size={13} aria-hidden="true" />}>
                Copy the rows as CSV
                <Key>C</Key>
              </Button>
            </Popover.Close>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
