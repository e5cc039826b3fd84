import { createHashHistory, createRootRoute, createRoute, createRouter, Navigate } from '@tanstack/react-router';
import { Frame } from './frame/frame.tsx';
import { NotFound } from './frame/not-found.tsx';
import { ActivityScreen } from './screens/activity/activity-screen.tsx';
import { cellKeyOf } from './screens/cell/cell-key.ts';
import { CellScreen } from './screens/cell/cell-screen.tsx';
import { HomeScreen } from './screens/home/home-screen.tsx';
import { MonthScreen } from './screens/month/month-screen.tsx';
import { monthSearchOf } from './screens/month/month-search.ts';
import { MonthsScreen } from './screens/months/months-screen.tsx';

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: () => <Navigate to="/months" replace />,
});

const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/home', component: HomeScreen });
const monthsRoute = createRoute({ getParentRoute: () => rootRoute, path: '/months', component: MonthsScreen });

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

const activityRoute = createRoute({ getParentRoute: () => rootRoute, path: '/activity', component: ActivityScreen });

/** Addresses live behind the hash: the page itself may be a file of the desktop app or a path of the loopback host. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([indexRoute, homeRoute, monthsRoute, monthRoute, cellRoute, activityRoute]),
  history: createHashHistory(),
  defaultPreload: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
