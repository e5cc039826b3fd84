import { lazy, Suspense } from 'react';
import type { HealthReading, HealthRound } from '../../../shared/contract/meter-schemas.ts';
import { mendLanguage } from '../../components/chart-parts.ts';
import { Skeleton } from '../../components/states.tsx';

const Health = lazy(async () => {
  mendLanguage();
  const { HealthChart } = await import('./health-chart.tsx');
  return { default: HealthChart };
});

const Age = lazy(async () => {
  mendLanguage();
  const { AgeChart } = await import('./age-chart.tsx');
  return { default: AgeChart };
});

/** The charts are fetched when the first is shown; the room that they take is kept free meanwhile. */
export function LazyHealthChart(props: {
  rounds: readonly HealthRound[];
  stalenessSeconds: number;
  onIndex: (index: number | null) => void;
}) {
  return (
    <Suspense fallback={<Skeleton height={228} />}>
      <Health {...props} />
    </Suspense>
  );
}

export function LazyAgeChart(props: { readings: readonly HealthReading[]; stalenessSeconds: number }) {
  return (
    <Suspense fallback={<Skeleton height={168} />}>
      <Age {...props} />
    </Suspense>
  );
}
