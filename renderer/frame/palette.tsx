import { useNavigate, useRouter } from '@tanstack/react-router';
import { Command, useCommandState } from 'cmdk';
import {
  CalendarDays,
  ChevronRight,
  Gauge,
  HeartPulse,
  History,
  Link2,
  ReceiptText,
  Table,
  User,
  UserX,
} from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { FoundCustomer } from '../../shared/contract/search-schemas.ts';
import { InvoiceStateLabel } from '../components/billing-mark.tsx';
import { Key } from '../components/button.tsx';
import { documentOf } from '../data/errors.ts';
import { useInvoiceSearch } from '../data/invoices.ts';
import { useMonthsMatrix } from '../data/months.ts';
import { firstCellOf, useFoundCustomers } from '../data/search.ts';
import { useWorkspace } from '../data/workspace.ts';
import { formatMoney } from '../format/money.ts';
import { formatCount } from '../format/number.ts';
import { formatMonth, formatMonthLong, formatPeriod } from '../format/time.ts';
import { MONTH_STATE_WORDS, meterLabel, plural } from '../format/words.ts';
import { addressOf } from '../screens/cell/cell-key.ts';
import { openingSearch } from '../screens/month/month-search.ts';
import { tablesOfPage } from '../table/page-tables.ts';
import { useAnnounce } from './announcer.tsx';
import { pathOfLink } from './link.ts';
import { useMonthInAddress } from './month-in-address.ts';
import { PAGES } from './pages.ts';
import { rankOf } from './palette-rank.ts';
import { useRecentPages } from './recent.ts';
import { useReturnFocus } from './return-focus.ts';
import { type Shortcut, useShortcutsInForce } from './shortcuts.ts';

const ICON = { size: 15, 'aria-hidden': true, className: 'shrink-0 text-muted' } as const;
/** A search of one letter would find everybody. */
const LEAST_LETTERS = 2;

/** ⌘K: customers of every month, invoices, meters, months, pages, and what can be done here. */
export function Palette({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) {
  const returnFocus = useReturnFocus();
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          {...returnFocus}
          className="float-in fixed inset-x-0 top-[12vh] z-50 mx-auto w-[640px] max-w-[calc(100vw-32px)] overflow-hidden rounded-xl bg-float shadow-float"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <PaletteList onClose={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Closes the palette; then, when the focus is back where it was, does what was chosen. */
type Go = (action: () => unknown) => () => void;

function PaletteList({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const typed = useDeferredValue(text.trim());
  const inAddress = useMonthInAddress();
  const months = useMonthsMatrix().data?.months ?? [];
  const month = inAddress ?? months.filter((column) => column.cells > 0).at(-1)?.month ?? null;
  const search = typed.length >= LEAST_LETTERS ? typed : '';
  const found = useFoundCustomers(search);
  const customers = search === '' ? [] : (found.data?.customers ?? []);
  const invoices = useInvoiceSearch(month, search).data?.rows ?? [];
  const link = pathOfLink(text);
  const go: Go = (action) => () => {
    onClose();
    requestAnimationFrame(() => setTimeout(() => void action()));
  };
  const remote = customers.length + (search === '' ? 0 : invoices.length) + (link === null ? 0 : 1);
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState('');
  // What is found elsewhere comes after the letters: where nothing else fits, Enter opens the first of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is looked at again when something was found
  useEffect(() => {
    if (list.current === null || list.current.querySelector('[cmdk-item][aria-selected="true"]') !== null) return;
    setChosen(list.current.querySelector('[cmdk-item]')?.getAttribute('data-value') ?? '');
  }, [typed, remote]);
  return (
    <Command label="Search and commands" loop filter={rankOf} value={chosen} onValueChange={setChosen}>
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Search customers, invoices, meters, months and commands"
        className="h-12 w-full border-b border-line bg-transparent px-4 text-lead outline-none placeholder:text-faint"
      />
      <Command.List ref={list} className="max-h-[56vh] overflow-auto pb-2">
        {link !== null && (
          <Command.Group heading="Link" forceMount>
            <OpenLink path={link} go={go} />
          </Command.Group>
        )}
        {customers.length > 0 && (
          <Command.Group heading="Customers" forceMount>
            {customers.map((customer) => (
              <Customer
                key={customer.customer ?? customer.usageIds[0]}
                found={customer}
                month={monthFor(customer, month)}
                go={go}
              />
            ))}
            {found.data?.isMore === true && (
              <p className="px-4 py-1 text-label text-faint">More fit: type further to narrow them.</p>
            )}
          </Command.Group>
        )}
        {search !== '' && month !== null && invoices.length > 0 && (
          <Invoices month={month} invoices={invoices} go={go} />
        )}
        <Recents isSearching={typed !== ''} go={go} />
        <Here isSearching={typed !== ''} go={go} />
        <GoTo month={month} go={go} />
        <Months go={go} />
        <Meters month={month} go={go} />
        <Everywhere go={go} />
      </Command.List>
      <Nothing typed={typed} remote={remote} isLooking={found.isFetching} />
    </Command>
  );
}

/** Says how many there are; and, where there is none, that there is none. */
function Nothing({ typed, remote, isLooking }: { typed: string; remote: number; isLooking: boolean }) {
  const local = useCommandState((state) => state.filtered.count);
  const count = typed === '' ? 0 : local + remote;
  return (
    <>
      {typed !== '' && count === 0 && !isLooking && (
        <p className="px-4 py-6 text-muted">
          Nothing fits “<bdi>{typed}</bdi>”.
        </p>
      )}
      <p role="status" className="sr-only">
        {typed === '' || isLooking ? '' : `${formatCount(count)} ${plural(count, 'result')}`}
      </p>
    </>
  );
}

/** The month at hand where there is anything of the customer, else the newest one in which there is. */
const monthFor = ({ months }: FoundCustomer, month: string | null): string | null =>
  month !== null && months.includes(month) ? month : (months.at(-1) ?? null);

function Customer({ found, month, go }: { found: FoundCustomer; month: string | null; go: Go }) {
  const navigate = useNavigate();
  const announce = useAnnounce();
  const { customer, name, usageIds, months } = found;
  const id = customer ?? usageIds[0] ?? '';
  const open = async (): Promise<void> => {
    if (month === null) {
      announce(`Nothing was pulled of ${name ?? id} in any month.`);
      return;
    }
    try {
      const cell = await firstCellOf(month, id);
      await navigate({
        to: '/months/$month',
        params: { month },
        search: { q: id, ...(cell === null ? {} : { open: addressOf(cell) }) },
      });
    } catch (error) {
      announce(documentOf(error).message, 'bad');
    }
  };
  return (
    <Item
      value={`customer ${id}`}
      isForced
      icon={customer === null ? <UserX {...ICON} /> : <User {...ICON} />}
      onSelect={go(open)}
    >
      <bdi className="min-w-0 truncate">{name ?? id}</bdi>
      <span className="min-w-0 flex-1 truncate font-mono text-label text-faint">
        {customer === null ? 'no customer' : [name === null ? null : customer, ...usageIds].filter(Boolean).join(' · ')}
      </span>
      <span className="text-label whitespace-nowrap text-muted">
        {month === null
          ? 'not pulled'
          : `${formatMonth(month)}${months.length > 1 ? ` · ${months.length} months` : ''}`}
      </span>
    </Item>
  );
}

function Invoices({
  month,
  invoices,
  go,
}: {
  month: string;
  invoices: NonNullable<ReturnType<typeof useInvoiceSearch>['data']>['rows'];
  go: Go;
}) {
  const navigate = useNavigate();
  return (
    <Command.Group heading={`Invoices of ${formatMonth(month)}`} forceMount>
      {invoices.map(({ customer, subscription, name, period, stripe, total, currency, state }) => (
        <Item
          key={`${subscription} ${period.from} ${period.to}`}
          value={`invoice ${subscription} ${period.from} ${period.to}`}
          isForced
          icon={<ReceiptText {...ICON} />}
          onSelect={go(() =>
            navigate({
              to: '/invoices/$month/invoice',
              params: { month },
              search: { customer, subscription, from: period.from, to: period.to },
            }),
          )}
        >
          <bdi className="min-w-0 truncate">{name ?? customer}</bdi>
          <span className="min-w-0 flex-1 truncate text-muted">
            {stripe?.number ?? formatPeriod(period.from, period.to, { isShort: true })}
          </span>
          <span className="tabular text-muted">{formatMoney(total, currency)}</span>
          <InvoiceStateLabel state={state} />
        </Item>
      ))}
    </Command.Group>
  );
}

function OpenLink({ path, go }: { path: string; go: Go }) {
  const router = useRouter();
  return (
    <Item value={`link ${path}`} isForced icon={<Link2 {...ICON} />} onSelect={go(() => router.history.push(path))}>
      Open the link
      <span className="min-w-0 flex-1 truncate text-muted">{path}</span>
    </Item>
  );
}

/** What was looked at last; while somebody types only under its own name, which stands among what is found as well. */
function Recents({ isSearching, go }: { isSearching: boolean; go: Go }) {
  const [pages] = useRecentPages();
  const router = useRouter();
  if (pages.length === 0 || isSearching) return null;
  return (
    <Command.Group heading="Looked at last">
      {pages.map(({ label, path }) => (
        <Item
          key={path}
          value={`recent ${path}`}
          icon={<History {...ICON} />}
          onSelect={go(() => router.history.push(path))}
        >
          <bdi className="truncate">{label}</bdi>
        </Item>
      ))}
    </Command.Group>
  );
}

/** What the page at hand can do: its own shortcuts, and its tables as CSV. */
function Here({ isSearching, go }: { isSearching: boolean; go: Go }) {
  const announce = useAnnounce();
  const shortcuts = useShortcutsInForce().filter(({ scope }) => scope !== 'everywhere');
  const tables = useMemo(() => tablesOfPage(), []);
  const copy = async (table: (typeof tables)[number]): Promise<void> => {
    await navigator.clipboard.writeText(table.csv());
    announce(`Copied “${table.caption}” as CSV with exact figures.`);
  };
  return (
    <Command.Group heading="Here">
      {shortcuts
        .map(({ shortcut }) => shortcut)
        .filter(({ keys }) => keys !== 'Escape' && keys !== 'j' && keys !== 'k')
        .map((shortcut) => (
          <Action key={shortcut.label} shortcut={shortcut} go={go} />
        ))}
      {isSearching &&
        tables.map((table, place) => (
          <Item
            // biome-ignore lint/suspicious/noArrayIndexKey: two tables may have one caption
            key={place}
            value={`Copy the table as CSV: ${table.caption} ${place}`}
            icon={<Table {...ICON} />}
            onSelect={go(() => copy(table))}
          >
            Copy as CSV
            <span className="min-w-0 flex-1 truncate text-muted">{table.caption}</span>
          </Item>
        ))}
    </Command.Group>
  );
}

function Action({ shortcut, go }: { shortcut: Shortcut; go: Go }) {
  const { keys, label, run } = shortcut;
  return (
    <Item value={label} icon={<ChevronRight {...ICON} />} onSelect={go(run)}>
      <span className="flex-1 truncate">{label}</span>
      {keys !== '' && <Caps keys={keys} />}
    </Item>
  );
}

const Caps = ({ keys }: { keys: string }) => (
  <span className="flex gap-1">
    {keys.split(' ').map((key) => (
      <Key key={key}>{key === 'C' ? '⇧ C' : key}</Key>
    ))}
  </span>
);

function GoTo({ month, go }: { month: string | null; go: Go }) {
  const navigate = useNavigate();
  return (
    <Command.Group heading="Go to">
      {PAGES.map(({ keys, label, icon: Icon, words, target }) => (
        <Item
          key={label}
          value={label}
          more={words.split(' ')}
          icon={<Icon {...ICON} />}
          onSelect={go(() => navigate(target(month)))}
        >
          <span className="flex-1">{label}</span>
          <Caps keys={keys} />
        </Item>
      ))}
    </Command.Group>
  );
}

function Months({ go }: { go: Go }) {
  const navigate = useNavigate();
  const months = useMonthsMatrix().data?.months ?? [];
  return (
    <Command.Group heading="Months">
      {[...months].reverse().map(({ month, state, structural }) => (
        <Item
          key={month}
          value={formatMonth(month)}
          more={[month, formatMonthLong(month), MONTH_STATE_WORDS[state]]}
          icon={<CalendarDays {...ICON} />}
          onSelect={go(() =>
            navigate({ to: '/months/$month', params: { month }, search: openingSearch({ structural }) }),
          )}
        >
          {formatMonth(month)}
          <span className="text-muted">{MONTH_STATE_WORDS[state]}</span>
        </Item>
      ))}
    </Command.Group>
  );
}

function Meters({ month, go }: { month: string | null; go: Go }) {
  const navigate = useNavigate();
  const meters = useWorkspace().data?.meters ?? [];
  return (
    <Command.Group heading="Meters">
      {month !== null &&
        meters.map(({ key, unit }) => (
          <Item
            key={key}
            value={`${meterLabel(key)} in ${formatMonth(month)}`}
            more={[key, unit, 'meter']}
            icon={<Gauge {...ICON} />}
            onSelect={go(() => navigate({ to: '/months/$month', params: { month }, search: { meters: [key] } }))}
          >
            {meterLabel(key)}
            <span className="text-muted">{formatMonth(month)}</span>
          </Item>
        ))}
      {meters.map(({ key }) => (
        <Item
          key={key}
          value={`${meterLabel(key)}, health of its pushes`}
          more={[key, 'meter shadow push']}
          icon={<HeartPulse {...ICON} />}
          onSelect={go(() => navigate({ to: '/meter', search: { key } }))}
        >
          {meterLabel(key)}
          <span className="text-muted">health of its pushes</span>
        </Item>
      ))}
    </Command.Group>
  );
}

/** What can be done on any page, but go to another one. */
function Everywhere({ go }: { go: Go }) {
  const shortcuts = useShortcutsInForce()
    .filter(({ scope, shortcut }) => scope === 'everywhere' && shortcut.keys !== 'mod+k')
    .map(({ shortcut }) => shortcut)
    .filter(({ keys }) => !PAGES.some((page) => page.keys === keys));
  return (
    <Command.Group heading="Do">
      {shortcuts.map((shortcut) => (
        <Action key={shortcut.label} shortcut={shortcut} go={go} />
      ))}
    </Command.Group>
  );
}

function Item({
  value,
  more,
  icon,
  isForced = false,
  onSelect,
  children,
}: {
  value: string;
  /** What else it is called. */
  more?: readonly string[];
  icon: ReactNode;
  /** Found elsewhere: it stands whatever is typed. */
  isForced?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      {...(more === undefined ? {} : { keywords: [...more] })}
      forceMount={isForced}
      onSelect={onSelect}
    >
      {icon}
      {children}
    </Command.Item>
  );
}
