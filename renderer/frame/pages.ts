import {
  Activity,
  ArrowLeftRight,
  CalendarDays,
  ClockFading,
  GitCompareArrows,
  History,
  House,
  type LucideIcon,
  Palette,
  ReceiptText,
  Settings,
  ShieldCheck,
} from 'lucide-react';
import { shiftMonth } from '../format/time.ts';

/** A place to go to: by its keys, from the palette, and named in the sheet of shortcuts. */
type Page = {
  readonly keys: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** What else somebody may call it. */
  readonly words: string;
  /** @param month the month at hand, which some pages keep */
  readonly target: (month: string | null) => Target;
};

type Target =
  | { readonly to: '/home' | '/months' | '/invoices' | '/late' | '/activity' | '/settings' | '/settings/appearance' }
  | { readonly to: '/simulate' | '/proof' | '/pipelines'; readonly search: Record<never, never> }
  | { readonly to: '/compare'; readonly search: { readonly from?: string; readonly to?: string } }
  | {
      readonly to: '/invoices/$month' | '/late/$month';
      readonly params: { readonly month: string };
      readonly search: Record<never, never>;
    };

export const PAGES: readonly Page[] = [
  {
    keys: 'g m',
    label: 'Months',
    icon: CalendarDays,
    words: 'matrix overview all',
    target: () => ({ to: '/months' }),
  },
  {
    keys: 'g c',
    label: 'Compare months',
    icon: ArrowLeftRight,
    words: 'flux change variance waterfall usage price mix movers',
    target: (month) => ({ to: '/compare', search: month === null ? {} : { from: shiftMonth(month, -1), to: month } }),
  },
  {
    keys: 'g i',
    label: 'Invoices',
    icon: ReceiptText,
    words: 'preview billed',
    target: (month) =>
      month === null ? { to: '/invoices' } : { to: '/invoices/$month', params: { month }, search: {} },
  },
  {
    keys: 'g s',
    label: 'Simulate',
    icon: ClockFading,
    words: 'scenario test clock what if close',
    target: () => ({ to: '/simulate', search: {} }),
  },
  {
    keys: 'g l',
    label: 'Late usage',
    icon: History,
    words: 'corrections arrived',
    target: (month) => (month === null ? { to: '/late' } : { to: '/late/$month', params: { month }, search: {} }),
  },
  {
    keys: 'g p',
    label: 'Pipelines',
    icon: GitCompareArrows,
    words: 'parity soak cutover seam rollup reservations migration two',
    target: () => ({ to: '/pipelines', search: {} }),
  },
  {
    keys: 'g e',
    label: 'Engine proof',
    icon: ShieldCheck,
    words: 'rating history exact',
    target: () => ({ to: '/proof', search: {} }),
  },
  {
    keys: 'g a',
    label: 'Activity',
    icon: Activity,
    words: 'jobs pulls log',
    target: () => ({ to: '/activity' }),
  },
  {
    keys: 'g ,',
    label: 'Settings',
    icon: Settings,
    words: 'meters configuration tieout.yaml query',
    target: () => ({ to: '/settings' }),
  },
  {
    keys: 'g .',
    label: 'Appearance',
    icon: Palette,
    words: 'settings theme density numbers currency time zone keys language format',
    target: () => ({ to: '/settings/appearance' }),
  },
  { keys: 'g h', label: 'Home', icon: House, words: 'workspaces open', target: () => ({ to: '/home' }) },
];
