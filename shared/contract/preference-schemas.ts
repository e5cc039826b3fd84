import { z } from 'zod';

/** Longest value of one preference, in characters. */
export const LONGEST_PREFERENCE = 64_000;

export const preferenceName = z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/);

/** What a person chose at this machine, as text by name: for every workspace, and for the one that is open. */
export const preferences = z.object({
  everywhere: z.record(preferenceName, z.string()),
  workspace: z.record(preferenceName, z.string()),
});

export const preferenceWrite = z.object({
  scope: z.enum(['everywhere', 'workspace']),
  name: preferenceName,
  /** Null forgets it. */
  value: z.string().max(LONGEST_PREFERENCE).nullable(),
});

export type Preferences = z.infer<typeof preferences>;
export type PreferenceWrite = z.infer<typeof preferenceWrite>;
