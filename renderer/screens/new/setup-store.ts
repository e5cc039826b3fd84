import { useSyncExternalStore } from 'react';
import type { MeterDraft } from '../../../shared/contract/meter-schemas.ts';
import type { ClickHouseTest, SetupDraft, SetupMatch, StripeTest } from '../../../shared/contract/setup-schemas.ts';
import type { ErrorDocument } from '../../../shared/errors.ts';
import { documentOf } from '../../data/errors.ts';
import { createWorkspace, pullFirst } from '../../data/setup.ts';
import { newDraft } from '../settings/settings-view.ts';

export const STEPS = ['workspace', 'clickhouse', 'stripe', 'customers', 'meter', 'month'] as const;
export type Step = (typeof STEPS)[number];

/** What was typed. It outlives the page, so that the setup can be left and gone on with; no secret is part of it. */
export type Setup = {
  readonly step: Step;
  readonly draft: SetupDraft;
  /** Where usage ids stand. */
  readonly usage: { readonly table: string; readonly column: string };
  readonly meter: MeterDraft;
  readonly month: string;
  /** The workspace that was made of it. */
  readonly made: string | null;
};

/** What the sources answered, each with what it was asked about: another question makes it old. */
export type Answers = {
  readonly clickhouse: Answer<ClickHouseTest> | null;
  readonly stripe: Answer<StripeTest> | null;
  readonly match: Answer<SetupMatch> | null;
  /** The job of the first pull. */
  readonly pull: string | null;
  /** The workspace is being made, or its first pull begun. */
  readonly isMaking: boolean;
  readonly failure: ErrorDocument | null;
};
export type Answer<T> = { readonly about: string; readonly value: T };

const PLACE = 'tieout.setup';

const FRESH: Setup = {
  step: 'workspace',
  draft: {
    folder: '',
    name: '',
    clickhouse: {
      kind: 'server',
      url: '',
      database: 'default',
      username: 'default',
      password: 'CLICKHOUSE_PASSWORD',
      folder: './usage',
    },
    stripe: { apiKey: 'STRIPE_API_KEY', apiBase: '', testClocks: false },
    customers: { by: 'metadata', key: '', file: '' },
  },
  usage: { table: '', column: '' },
  meter: newDraft(),
  month: '',
  made: null,
};
const UNANSWERED: Answers = { clickhouse: null, stripe: null, match: null, pull: null, isMaking: false, failure: null };

let setup: Setup = restored();
let answers: Answers = UNANSWERED;
const listeners = new Set<() => void>();

function restored(): Setup {
  try {
    const kept = JSON.parse(window.localStorage.getItem(PLACE) ?? 'null') as Setup | null;
    if (kept === null || !STEPS.includes(kept.step)) return FRESH;
    return { ...FRESH, ...kept, draft: { ...FRESH.draft, ...kept.draft } };
  } catch {
    return FRESH;
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSetup = (): Setup => useSyncExternalStore(subscribe, () => setup);
export const useAnswers = (): Answers => useSyncExternalStore(subscribe, () => answers);

export function changeSetup(change: (was: Setup) => Setup): void {
  setup = change(setup);
  try {
    window.localStorage.setItem(PLACE, JSON.stringify(setup));
  } catch {
    // Without storage the setup lasts as long as the page.
  }
  tell();
}

export const changeDraft = (change: Partial<SetupDraft>): void =>
  changeSetup((was) => ({ ...was, draft: { ...was.draft, ...change } }));

export function putAnswer(change: Partial<Answers>): void {
  answers = { ...answers, ...change };
  tell();
}

/** Begins anew. */
export function clearSetup(): void {
  answers = UNANSWERED;
  changeSetup(() => FRESH);
  window.localStorage.removeItem(PLACE);
}

/** Writes the workspace where it is not written yet, then pulls the month. The page may be another one meanwhile. */
export async function makeAndPull(month: string): Promise<void> {
  putAnswer({ isMaking: true, failure: null, pull: null });
  try {
    if (setup.made === null) {
      const made = await createWorkspace(setup.draft, setup.meter);
      changeSetup((was) => ({ ...was, made }));
    }
    putAnswer({ pull: await pullFirst(month), isMaking: false });
  } catch (error) {
    putAnswer({ isMaking: false, failure: documentOf(error) });
  }
}

/** Whether anything was typed that is worth going on with. */
export const isBegun = (of: Setup): boolean => of.draft.folder !== '' && of.made === null;

/** What each answer is about. */
export const aboutClickHouse = ({ draft }: Setup): string => JSON.stringify([draft.folder, draft.clickhouse]);
export const aboutStripe = ({ draft }: Setup): string => JSON.stringify([draft.folder, draft.stripe]);
export const aboutMatch = ({ draft, usage }: Setup): string =>
  JSON.stringify([draft.folder, draft.clickhouse, draft.stripe, draft.customers, usage]);

/** The answer to the question as it stands now. */
export const current = <T>(answer: Answer<T> | null, about: string): T | null =>
  answer !== null && answer.about === about ? answer.value : null;

export const isRight = (problems: readonly { readonly severity?: 'error' | 'warning' | undefined }[]): boolean =>
  problems.every(({ severity }) => severity === 'warning');
