import { createHashHistory, createRootRoute, createRoute, createRouter, Navigate } from '@tanstack/react-router';
import { Frame } from './frame/frame.tsx';
import { NotFound } from './frame/not-found.tsx';
import { ActivityScreen } from './screens/activity/activity-screen.tsx';
import { cellKeyOf } from './screens/cell/cell-key.ts';
import { CellScreen } from './screens/cell/cell-screen.tsx';
import { CloseScreen } from './screens/close/close-screen.tsx';
import { CompareScreen } from './screens/compare/compare-screen.tsx';
import { compareSearchOf } from './screens/compare/compare-search.ts';
import { HomeScreen } from './screens/home/home-screen.tsx';
import { invoiceKeyOf } from './screens/invoice/invoice-key.ts';
import { InvoiceScreen } from './screens/invoice/invoice-screen.tsx';
import { InvoicesScreen, NewestInvoices } from './screens/invoices/invoices-screen.tsx';
import { invoicesSearchOf } from './screens/invoices/invoices-search.ts';
import { LateScreen, NewestLate } from './screens/late/late-screen.tsx';
import { lateSearchOf } from './screens/late/late-search.ts';
import { MeterScreen } from './screens/meter/meter-screen.tsx';
import { meterSearchOf } from './screens/meter/meter-search.ts';
import { MonthScreen } from './screens/month/month-screen.tsx';
import { monthSearchOf } from './screens/month/month-search.ts';
import { MonthsScreen } from './screens/months/months-screen.tsx';
import { NewScreen } from './screens/new/new-screen.tsx';
import { PipelinesScreen } from './screens/pipelines/pipelines-screen.tsx';
import { pipelinesSearchOf } from './screens/pipelines/pipelines-search.ts';
import { ProofScreen } from './screens/proof/proof-screen.tsx';
import { AppearanceScreen } from './screens/settings/appearance-screen.tsx';
import { MeterSettingsScreen, meterAddressOf } from './screens/settings/meter-screen.tsx';
import { SettingsScreen } from './screens/settings/settings-screen.tsx';
import { SimulateScreen } from './screens/simulate/simulate-screen.tsx';
import { simulateSearchOf } from './screens/simulate/simulate-search.ts';

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: () => <Navigate to="/months" replace />,
});

const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/home', component: HomeScreen });
const newRoute = createRoute({ getParentRoute: () => rootRoute, path: '/new', component: NewScreen });
const monthsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/months',
  validateSearch: (raw: Record<string, unknown>): { currency?: string } =>
    typeof raw.currency === 'string' && /^[a-z]{3}$/.test(raw.currency) ? { currency: raw.currency } : {},
  component: function Months() {
    return <MonthsScreen currency={monthsRoute.useSearch().currency ?? null} />;
  },
});

const monthRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/months/$month',
  validateSearch: monthSearchOf,
  component: function Month() {
    const { month } = monthRoute.useParams();
    return <MonthScreen key={month} month={month} search={monthRoute.useSearch()} />;
  },
});

const cellRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/months/$month/cell',
  validateSearch: cellKeyOf,
  component: function Cell() {
    const { month } = cellRoute.useParams();
    return <CellScreen cell={{ ...cellRoute.useSearch(), month }} />;
  },
});

const closeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/months/$month/close',
  component: function Close() {
    const { month } = closeRoute.useParams();
    return <CloseScreen key={month} month={month} />;
  },
});

const compareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/compare',
  validateSearch: compareSearchOf,
  component: function Compare() {
    return <CompareScreen search={compareRoute.useSearch()} />;
  },
});

const newestInvoicesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invoices',
  component: NewestInvoices,
});

const invoicesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invoices/$month',
  validateSearch: invoicesSearchOf,
  component: function Invoices() {
    const { month } = invoicesRoute.useParams();
    return <InvoicesScreen key={month} month={month} search={invoicesRoute.useSearch()} />;
  },
});

const invoiceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invoices/$month/invoice',
  validateSearch: invoiceKeyOf,
  component: function Invoice() {
    const { month } = invoiceRoute.useParams();
    const address = invoiceRoute.useSearch();
    return <InvoiceScreen key={Object.values(address).join(' ')} invoice={{ ...address, month }} />;
  },
});

const proofRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/proof',
  validateSearch: (raw: Record<string, unknown>): { month?: string } =>
    typeof raw.month === 'string' && /^\d{4}-\d{2}$/.test(raw.month) ? { month: raw.month } : {},
  component: function Proof() {
    return <ProofScreen month={proofRoute.useSearch().month ?? null} />;
  },
});

const newestLateRoute = createRoute({ getParentRoute: () => rootRoute, path: '/late', component: NewestLate });

const lateRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/late/$month',
  validateSearch: lateSearchOf,
  component: function Late() {
    const { month } = lateRoute.useParams();
    return <LateScreen key={month} month={month} search={lateRoute.useSearch()} />;
  },
});

const simulateRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/simulate',
  validateSearch: simulateSearchOf,
  component: function Simulate() {
    return <SimulateScreen search={simulateRoute.useSearch()} />;
  },
});

const pipelinesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/pipelines',
  validateSearch: pipelinesSearchOf,
  component: function Pipelines() {
    return <PipelinesScreen search={pipelinesRoute.useSearch()} />;
  },
});

const settingsRoute = createRoute({ getParentRoute: () => rootRoute, path: '/settings', component: SettingsScreen });

const appearanceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings/appearance',
  component: AppearanceScreen,
});

const meterSettingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings/meter',
  validateSearch: meterAddressOf,
  component: function MeterSettings() {
    const address = meterSettingsRoute.useSearch();
    return <MeterSettingsScreen key={address.key ?? ''} address={address} />;
  },
});

const meterRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/meter',
  validateSearch: meterSearchOf,
  component: function Meter() {
    const search = meterRoute.useSearch();
    return <MeterScreen key={search.key} search={search} />;
  },
});

const activityRoute = createRoute({ getParentRoute: () => rootRoute, path: '/activity', component: ActivityScreen });

/** Addresses live behind the hash: the page itself may be a file of the desktop app or a path of the loopback host. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    indexRoute,
    homeRoute,
    newRoute,
    monthsRoute,
    monthRoute,
    cellRoute,
    closeRoute,
    compareRoute,
    newestInvoicesRoute,
    invoicesRoute,
    invoiceRoute,
    proofRoute,
    newestLateRoute,
    lateRoute,
    simulateRoute,
    pipelinesRoute,
    settingsRoute,
    appearanceRoute,
    meterSettingsRoute,
    meterRoute,
    activityRoute,
  ]),
  history: createHashHistory(),
  defaultPreload: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
