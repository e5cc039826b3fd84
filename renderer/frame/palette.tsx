import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import {
  Activity,
  CalendarDays,
  ClockFading,
  Gauge,
  HeartPulse,
  History,
  House,
  Keyboard,
  ReceiptText,
  RefreshCw,
  Settings,
  ShieldCheck,
  SlidersHorizontal,
  SunMoon,
  User,
} from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { InvoiceStateLabel } from '../components/billing-mark.tsx';
import { VerdictMark } from '../components/verdict-mark.tsx';
import { useInvoiceSearch } from '../data/invoices.ts';
import { usePull } from '../data/jobs.ts';
import { useCustomerSearch, useMonthsMatrix } from '../data/months.ts';
import { useWorkspace } from '../data/workspace.ts';
import { formatMoney } from '../format/money.ts';
import { formatMonth, formatPeriod } from '../format/time.ts';
import { customerLabel, MONTH_STATE_WORDS, meterLabel } from '../format/words.ts';
import { addressOf } from '../screens/cell/cell-key.ts';
import { openingSearch } from '../screens/month/month-search.ts';
import { useMonthInAddress } from './month-in-address.ts';
import { useReturnFocus } from './return-focus.ts';
import { setTheme, useIsDark } from './theme.ts';

const ICON = { size: 15, 'aria-hidden': true, className: 'shrink-0 text-muted' } as const;

/** ⌘K: pages, months, meters, customers and invoices of the month at hand, and actions. */
export function Palette({
  isOpen,
  onOpenChange,
  onShortcuts,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onShortcuts: () => void;
}) {
  const returnFocus = useReturnFocus();
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          {...returnFocus}
          className="float-in fixed inset-x-0 top-[12vh] z-50 mx-auto w-[600px] max-w-[calc(100vw-32px)] overflow-hidden rounded-xl bg-float shadow-float"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <PaletteList onClose={() => onOpenChange(false)} onShortcuts={onShortcuts} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteList({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) {
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const navigate = useNavigate();
  const workspace = useWorkspace().data;
  const months = useMonthsMatrix().data?.months ?? [];
  const inAddress = useMonthInAddress();
  const withData = months.filter((column) => column.cells > 0);
  const month = inAddress ?? withData.at(-1)?.month ?? null;
  const customers = useCustomerSearch(month, search).data?.rows ?? [];
  const invoices = useInvoiceSearch(month, search).data?.rows ?? [];
  const pull = usePull();
  const isDark = useIsDark();
  const go = (action: () => unknown) => () => {
    onClose();
    void action();
  };
  return (
    <Command label="Search and commands" loop>
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Search customers, invoices, meters, months and commands"
        className="h-12 w-full border-b border-line bg-transparent px-4 text-lead outline-none placeholder:text-faint"
      />
      <Command.List className="max-h-[52vh] overflow-auto pb-2">
        <Command.Empty className="px-4 py-6 text-muted">Nothing fits “{text}”.</Command.Empty>
        {search.length >= 2 && month !== null && customers.length > 0 && (
          <Command.Group heading={`Customers in ${formatMonth(month)}`}>
            {customers.map((row) => (
              <Item
                key={`${row.customer}${row.usageId}${row.meter}`}
                value={`${customerLabel(row)} ${row.customer} ${row.usageIds.join(' ')} ${row.meter}`}
                icon={<User {...ICON} />}
                onSelect={go(() =>
                  navigate({ to: '/months/$month', params: { month }, search: { q: search, open: addressOf(row) } }),
                )}
              >
                <bdi className="truncate">{customerLabel(row)}</bdi>
                <span className="flex-1 truncate text-muted">{meterLabel(row.meter)}</span>
                <VerdictMark verdict={row.verdict} />
              </Item>
            ))}
          </Command.Group>
        )}
        {search.length >= 2 && month !== null && invoices.length > 0 && (
          <Command.Group heading={`Invoices of ${formatMonth(month)}`}>
            {invoices.map(({ customer, subscription, name, period, stripe, total, currency, state }) => (
              <Item
                key={`${subscription} ${period.from} ${period.to}`}
                value={`invoice ${name ?? ''} ${customer} ${subscription} ${stripe?.number ?? ''} ${period.from} ${period.to}`}
                icon={<ReceiptText {...ICON} />}
                onSelect={go(() =>
                  navigate({
                    to: '/invoices/$month/invoice',
                    params: { month },
                    search: { customer, subscription, from: period.from, to: period.to },
                  }),
                )}
              >
                <bdi className="truncate">{name ?? customer}</bdi>
                <span className="flex-1 truncate text-muted">
                  {stripe?.number ?? formatPeriod(period.from, period.to, { isShort: true })}
                </span>
                <span className="tabular text-muted">{formatMoney(total, currency)}</span>
                <InvoiceStateLabel state={state} />
              </Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Go to">
          <Item
            value="months matrix"
            icon={<CalendarDays {...ICON} />}
            onSelect={go(() => navigate({ to: '/months' }))}
          >
            Months
          </Item>
          <Item
            value="invoices preview billed"
            icon={<ReceiptText {...ICON} />}
            onSelect={go(() => navigate({ to: '/invoices' }))}
          >
            Invoices
          </Item>
          <Item
            value="simulate scenario test clock what if close"
            icon={<ClockFading {...ICON} />}
            onSelect={go(() => navigate({ to: '/simulate', search: {} }))}
          >
            Simulate
          </Item>
          <Item
            value="late usage corrections arrived"
            icon={<History {...ICON} />}
            onSelect={go(() => navigate({ to: '/late' }))}
          >
            Late usage
          </Item>
          <Item
            value="engine proof rating history exact"
            icon={<ShieldCheck {...ICON} />}
            onSelect={go(() => navigate({ to: '/proof', search: {} }))}
          >
            Engine proof
          </Item>
          <Item
            value="settings meters configuration tieout.yaml query"
            icon={<Settings {...ICON} />}
            onSelect={go(() => navigate({ to: '/settings' }))}
          >
            Settings
          </Item>
          <Item
            value="activity jobs pulls"
            icon={<Activity {...ICON} />}
            onSelect={go(() => navigate({ to: '/activity' }))}
          >
            Activity
          </Item>
          <Item value="home workspaces" icon={<House {...ICON} />} onSelect={go(() => navigate({ to: '/home' }))}>
            Home
          </Item>
          {[...months].reverse().map(({ month: key, state, structural }) => (
            <Item
              key={key}
              value={`${formatMonth(key)} ${key}`}
              icon={<CalendarDays {...ICON} />}
              onSelect={go(() =>
                navigate({ to: '/months/$month', params: { month: key }, search: openingSearch({ structural }) }),
              )}
            >
              {formatMonth(key)}
              <span className="text-muted">{MONTH_STATE_WORDS[state]}</span>
            </Item>
          ))}
          {month !== null && (
            <Item
              value={`invoices of ${formatMonth(month)} ${month}`}
              icon={<ReceiptText {...ICON} />}
              onSelect={go(() => navigate({ to: '/invoices/$month', params: { month }, search: {} }))}
            >
              Invoices of {formatMonth(month)}
            </Item>
          )}
          {month !== null && (
            <Item
              value={`late usage of ${formatMonth(month)} ${month}`}
              icon={<History {...ICON} />}
              onSelect={go(() => navigate({ to: '/late/$month', params: { month }, search: {} }))}
            >
              Late usage of {formatMonth(month)}
            </Item>
          )}
        </Command.Group>
        {month !== null && (
          <Command.Group heading={`Meters in ${formatMonth(month)}`}>
            {(workspace?.meters ?? []).map(({ key, unit }) => (
              <Item
                key={key}
                value={`${meterLabel(key)} ${key} ${unit}`}
                icon={<Gauge {...ICON} />}
                onSelect={go(() => navigate({ to: '/months/$month', params: { month }, search: { meters: [key] } }))}
              >
                {meterLabel(key)}
                <span className="text-muted">{unit}</span>
              </Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Push health">
          {(workspace?.meters ?? []).map(({ key }) => (
            <Item
              key={key}
              value={`health pushes shadow ${meterLabel(key)} ${key}`}
              icon={<HeartPulse {...ICON} />}
              onSelect={go(() => navigate({ to: '/meter', search: { key } }))}
            >
              {meterLabel(key)}
              <span className="text-muted">push health</span>
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Do">
          {month !== null && workspace?.meters[0] !== undefined && (
            <Item
              value="what if another price simulate rate"
              icon={<SlidersHorizontal {...ICON} />}
              onSelect={go(() =>
                navigate({
                  to: '/months/$month',
                  params: { month },
                  search: { whatIf: workspace.meters[0]?.key ?? '' },
                }),
              )}
            >
              What if a meter had another price
              <span className="text-muted">{formatMonth(month)}</span>
            </Item>
          )}
          {month !== null && (
            <Item
              value={`pull ${formatMonth(month)}`}
              icon={<RefreshCw {...ICON} />}
              onSelect={go(() => pull.mutate({ month }))}
            >
              Pull {formatMonth(month)}
            </Item>
          )}
          <Item
            value="theme light dark"
            icon={<SunMoon {...ICON} />}
            onSelect={go(() => setTheme(isDark ? 'light' : 'dark'))}
          >
            Use the {isDark ? 'light' : 'dark'} theme
          </Item>
          <Item value="keyboard shortcuts" icon={<Keyboard {...ICON} />} onSelect={go(onShortcuts)}>
            Keyboard shortcuts
          </Item>
        </Command.Group>
      </Command.List>
    </Command>
  );
}

function Item({
  value,
  icon,
  onSelect,
  children,
}: {
  value: string;
  icon: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item value={value} onSelect={onSelect}>
      {icon}
      {children}
    </Command.Item>
  );
}
