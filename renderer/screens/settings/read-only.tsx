import { Lock } from 'lucide-react';
import type { MeterSettingsList } from '../../../shared/contract/meter-schemas.ts';
import { Prose } from '../../components/prose.tsx';

/** Why nothing can be saved for now; everything else works. */
export function ReadOnly({ because }: { because: NonNullable<MeterSettingsList['readOnly']> }) {
  return (
    <section aria-label="Nothing can be saved now" className="mt-4 flex gap-3 rounded-lg bg-raised px-4 py-3">
      <Lock size={15} aria-hidden="true" className="mt-[2px] shrink-0 text-muted" />
      <div className="min-w-0">
        <p className="font-medium">Nothing can be saved now; queries can be looked at, tried and proven.</p>
        <p className="wrap-anywhere text-muted">
          <Prose text={because.message} /> {because.remedy !== null && <Prose text={because.remedy} />}
        </p>
      </div>
    </section>
  );
}
