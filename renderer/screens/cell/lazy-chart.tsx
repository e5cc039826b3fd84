import { lazy, Suspense } from 'react';
import { mendLanguage } from '../../components/chart-parts.ts';
import { Skeleton } from '../../components/states.tsx';
import type { SeriesChartProps } from './series-chart.tsx';

const Chart = lazy(async () => {
  mendLanguage();
  const { SeriesChart } = await import('./series-chart.tsx');
  return { default: SeriesChart };
});

/** The chart, fetched when the first cell is opened; the room that it will take is kept free meanwhile. */
export function LazyChart(props: SeriesChartProps) {
  return (
    <Suspense fallback={<Skeleton height={props.height + 24} />}>
      <Chart {...props} />
    </Suspense>
  );
}
