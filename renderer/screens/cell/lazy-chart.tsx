import { lazy, Suspense } from 'react';
import type { CellDetail } from '../../../shared/contract/schemas.ts';
import { Skeleton } from '../../components/states.tsx';
import type { SeriesMode } from './series.ts';

/**
 * uPlot asks `Intl` for `navigator.language` while it loads, and throws where that is not a language tag
 * (`en-US@posix` under LANG=C): such a browser gets English instead of no application.
 */
function mendLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
  }
}

const Chart = lazy(async () => {
  mendLanguage();
  const { SeriesChart } = await import('./series-chart.tsx');
  return { default: SeriesChart };
});

/** The chart, fetched when the first cell is opened; the room that it will take is kept free meanwhile. */
export function LazyChart(props: { detail: CellDetail; mode: SeriesMode; height: number }) {
  return (
    <Suspense fallback={<Skeleton height={props.height + 24} />}>
      <Chart {...props} />
    </Suspense>
  );
}
