import { lazy, Suspense } from 'react';
import { mendLanguage } from '../../components/chart-parts.ts';
import { Skeleton } from '../../components/states.tsx';
import type { HourChartProps } from './hour-chart.tsx';

const Chart = lazy(async () => {
  mendLanguage();
  const { HourChart } = await import('./hour-chart.tsx');
  return { default: HourChart };
});

/** The chart, fetched when the first one is shown; the room that it takes is kept free meanwhile. */
export function LazyHourChart(props: HourChartProps) {
  return (
    <Suspense fallback={<Skeleton height={props.height + 84} />}>
      <Chart {...props} />
    </Suspense>
  );
}
