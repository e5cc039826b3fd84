import { useNavigate } from '@tanstack/react-router';
import type { CellKey } from '../../../shared/contract/schemas.ts';
import { useCellDetail } from '../../data/cells.ts';
import { formatMonth } from '../../format/time.ts';
import { customerLabel, meterLabel } from '../../format/words.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { CellContent } from './cell-content.tsx';

/** A cell as a page of its own, with its hours unfolded. */
export function CellScreen({ cell }: { cell: CellKey }) {
  const navigate = useNavigate();
  const row = useCellDetail(cell).data?.row;
  const who = row === undefined ? 'Cell' : customerLabel(row);
  useTitle(`${who}, ${meterLabel(cell.meter)}, ${formatMonth(cell.month)}`, `${who}, ${meterLabel(cell.meter)}`);
  const { month, ...open } = cell;
  useShortcuts([
    {
      keys: 'Escape',
      label: 'Back to the month',
      run: () => void navigate({ to: '/months/$month', params: { month }, search: { open } }),
    },
  ]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Cell" tabIndex={0} className="h-full overflow-y-auto">
      <div className="px-6 pt-5 pb-12">
        <CellContent cell={cell} isNarrow={false} />
      </div>
    </section>
  );
}
