import { createHash } from 'node:crypto';
import type { ProofSummary } from '../../../shared/contract/proof-schemas.ts';
import { pullsInForceKey } from '../../cache/pull-store.ts';
import { type ProveRequest, prove } from './prove.ts';
import { proofSummary } from './summary.ts';

const MAX_KEPT = 8;

/** The proofs looked at last; one that was computed from older pulls or other settings is made anew. */
export class ProofCache {
  readonly #proofs = new Map<string, { readonly digest: string; readonly summary: ProofSummary }>();

  open(request: ProveRequest): ProofSummary {
    const month = request.month ?? '';
    const digest = digestOf(request);
    const known = this.#proofs.get(month);
    if (known?.digest === digest) return known.summary;
    const summary = proofSummary(prove(request));
    this.#proofs.delete(month);
    for (const oldest of this.#proofs.keys()) {
      if (this.#proofs.size < MAX_KEPT) break;
      this.#proofs.delete(oldest);
    }
    this.#proofs.set(month, { digest, summary });
    return summary;
  }

  clear(): void {
    this.#proofs.clear();
  }
}

/** Of everything that a proof depends on: the pulls of all months, the catalog and the settings. */
function digestOf({ db, settings, distinctMeters }: ProveRequest): string {
  const plain = { pulls: pullsInForceKey(db), settings, distinct: [...distinctMeters] };
  const text = JSON.stringify(plain, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return createHash('sha256').update(text).digest('hex');
}
