import { grantOfFee, includedCredit, type PlanCredit } from '../../../shared/reconciliation/plan-credit.ts';
import { formatInstant, parseInstant } from '../../../shared/values/instant.ts';
import { type JsonObject, list, object, text, type VectorClass } from '../vector.ts';
import { oneOf } from './document.ts';

export const credit: VectorClass = {
  answer: ({ input }) => {
    const now = parseInstant(text(input.now, 'now'));
    if (oneOf(input.op, ['grant', 'included'], 'op') === 'grant') {
      const lines = objectsIn(input, 'fee_lines').map((line) => ({
        amountMinor: BigInt(text(line.amount_cents, 'amount_cents')),
        discountMinor: BigInt(text(line.discount_cents ?? '0', 'discount_cents')),
        periodEnd: parseInstant(text(line.period_end, 'period_end')),
      }));
      return credited('granted_cents', grantOfFee(lines, now));
    }
    const grants = objectsIn(input, 'grants').map((grant) => ({
      amountMinor: BigInt(text(grant.amount_cents, 'amount_cents')),
      isMetered: grant.scope === 'metered',
      isVoided: grant.voided === true,
      expiresAt: typeof grant.expires_at === 'string' ? parseInstant(grant.expires_at) : null,
    }));
    return credited('included_cents', includedCredit(grants, now));
  },
};

const credited = (name: string, { amountMinor, expiresAt }: PlanCredit): JsonObject => ({
  [name]: amountMinor.toString(),
  expires_at: expiresAt === null ? null : formatInstant(expiresAt),
});

const objectsIn = (input: JsonObject, name: string): readonly JsonObject[] =>
  list(input[name], name).map((entry) => object(entry, name));
