import type { LateEngine } from '../../../shared/contract/late-schemas.ts';
import { ExportMenu as Menu } from '../../components/export-menu.tsx';
import { ENGINE_WORDS } from '../../format/late-words.ts';

/** Exports the corrections as one of the engines books them. */
export function ExportMenu({
  onExport,
  ...menu
}: {
  isOpen: boolean;
  isPending: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onExport: (engine: LateEngine) => void;
}) {
  const choices = (Object.keys(ENGINE_WORDS) as LateEngine[]).map((engine) => ({
    word: `Booked ${ENGINE_WORDS[engine].word.toLowerCase()}`,
    meaning: ENGINE_WORDS[engine].meaning,
    run: () => onExport(engine),
  }));
  return (
    <Menu
      {...menu}
      title="Export the corrections as CSV (e)"
      groups={[{ heading: 'CSV, one row a correction', choices }]}
    />
  );
}
