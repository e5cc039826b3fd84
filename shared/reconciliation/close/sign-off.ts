/** Who vouches for a month: one prepares it, another one reviews it. */
export const ROLES = ['preparer', 'reviewer'] as const;
export type Role = (typeof ROLES)[number];

/** A name under figures; it holds for those figures alone. */
export type SignOff = {
  readonly id: number;
  readonly role: Role;
  readonly name: string;
  /** Of the figures that were seen. */
  readonly contentHash: string;
  /** The lock that it is meant for, from 1: what was signed before a month was opened again does not count. */
  readonly version: number;
};

type Now = { readonly figures: string; readonly version: number };

/** The one that counts for each role. A review counts after the preparation that it reviewed. */
export function validSignOffs<S extends SignOff>(
  signOffs: readonly S[],
  now: Now,
): { readonly preparer: S | null; readonly reviewer: S | null } {
  const current = signOffs.filter(({ contentHash, version }) => contentHash === now.figures && version === now.version);
  const preparer = current.find(({ role }) => role === 'preparer') ?? null;
  const reviewer =
    preparer === null ? null : (current.find(({ role, id }) => role === 'reviewer' && id > preparer.id) ?? null);
  return { preparer, reviewer };
}

export type SignOffProblem = 'already_signed' | 'preparer_first' | 'same_person';

/** Why a person may not sign; null where they may. @param samePerson `close.samePerson` of tieout.yaml */
export function signOffProblem(
  signOffs: readonly SignOff[],
  now: Now,
  of: { readonly role: Role; readonly name: string; readonly samePerson: boolean },
): SignOffProblem | null {
  const valid = validSignOffs(signOffs, now);
  if (valid[of.role] !== null) return 'already_signed';
  if (of.role === 'preparer') return null;
  if (valid.preparer === null) return 'preparer_first';
  return !of.samePerson && isSamePerson(valid.preparer.name, of.name) ? 'same_person' : null;
}

/** A name in other capitals, other spaces or another Unicode form is the same name. */
export const isSamePerson = (a: string, b: string): boolean => folded(a) === folded(b);

const folded = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
