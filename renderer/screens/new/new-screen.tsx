import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, Check } from 'lucide-react';
import { type FormEvent, useEffect, useRef } from 'react';
import type { SetupStart } from '../../../shared/contract/setup-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { isRunning } from '../../data/jobs.ts';
import { useJob } from '../../data/meters.ts';
import {
  useFirstMeterPreview,
  useMatch,
  useSetupFile,
  useSetupFolder,
  useSetupStart,
  useTestClickHouse,
  useTestStripe,
} from '../../data/setup.ts';
import { useOpenWorkspace } from '../../data/workspace.ts';
import { formatMonth } from '../../format/time.ts';
import { useTitle } from '../../frame/title.ts';
import { errorsOf } from '../settings/settings-view.ts';
import { CustomersStep } from './customers-step.tsx';
import { MeterStep, MonthStep } from './last-steps.tsx';
import {
  aboutClickHouse,
  aboutMatch,
  aboutStripe,
  changeDraft,
  changeSetup,
  clearSetup,
  current,
  isRight,
  makeAndPull,
  putAnswer,
  type Setup,
  STEPS,
  type Step,
  useAnswers,
  useSetup,
} from './setup-store.ts';
import { guessMeter, guessUsage, isMatched } from './setup-view.ts';
import { ClickHouseStep, StripeStep, WorkspaceStep } from './source-steps.tsx';

const WORDS: Readonly<Record<Step, string>> = {
  workspace: 'Folder and name',
  clickhouse: 'ClickHouse',
  stripe: 'Stripe',
  customers: 'Customers',
  meter: 'First meter',
  month: 'First month',
};

/** From an empty folder to a month that is tied out, one question at a time; it can be left and gone on with. */
export function NewScreen() {
  const start = useSetupStart();
  useTitle('New workspace');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="New workspace" tabIndex={0} className="h-full overflow-y-auto [scrollbar-gutter:stable]">
      <div className="mx-auto max-w-[1180px] px-6 pt-6 pb-16">
        <Link to="/home" className="inline-flex h-7 items-center gap-1.5 text-muted hover:text-ink">
          <ArrowLeft size={13} aria-hidden="true" />
          Home
        </Link>
        <h1 className="mt-1 text-title font-semibold tracking-[-0.01em]">New workspace</h1>
        <p className="mt-0.5 text-muted">
          Every step can be left and gone on with. Nothing is written before the last one, and secrets never are.
        </p>
        {start.isError && (
          <div className="mt-5">
            <Failure document={documentOf(start.error)} onRetry={() => void start.refetch()} />
          </div>
        )}
        {start.isPending && (
          <div className="mt-6">
            <SkeletonRows rows={6} label="Beginning" />
          </div>
        )}
        {start.data !== undefined && <Steps start={start.data} />}
      </div>
    </section>
  );
}

/** Where the setup stands: what each step has come to, and what the one button does next. */
function useSteps(setup: Setup, start: SetupStart) {
  const answers = useAnswers();
  const month = setup.month || start.months[1] || start.currentMonth;
  const folder = useSetupFolder(setup.draft.folder);
  const clickhouse = current(answers.clickhouse, aboutClickHouse(setup));
  const stripe = current(answers.stripe, aboutStripe(setup));
  const match = current(answers.match, aboutMatch(setup));
  const preview = useFirstMeterPreview(setup.draft, setup.meter, month);
  const done: Readonly<Record<Step, boolean>> = {
    workspace:
      setup.made !== null ||
      (setup.draft.name.trim() !== '' &&
        folder.isCurrent &&
        folder.data !== undefined &&
        folder.data.problem === null &&
        folder.data.state !== 'workspace'),
    clickhouse: clickhouse !== null && isRight(clickhouse.problems),
    stripe: stripe !== null && isRight(stripe.problems),
    customers: match !== null && isMatched(match),
    meter: preview.data !== undefined && preview.isCurrent && errorsOf(preview.data.problems).length === 0,
    month: false,
  };
  return { answers, month, folder, clickhouse, stripe, match, preview, done };
}

function Steps({ start }: { start: SetupStart }) {
  const setup = useSetup();
  const navigate = useNavigate();
  const open = useOpenWorkspace(() => void navigate({ to: '/months' }));
  const state = useSteps(setup, start);
  const { answers, month, folder, clickhouse, stripe, match, preview, done } = state;
  const { step } = setup;
  const act = useAct(setup, state);
  const file = useSetupFile(setup.draft, setup.meter);
  const job = useJob(answers.pull);
  const isBusy = act.isBusy || answers.isMaking || (job !== null && isRunning(job));

  // The first pull is over: its month is what all this was for.
  const isPulled = job?.state === 'done';
  useEffect(() => {
    if (!isPulled) return;
    clearSetup();
    void navigate({ to: '/months/$month', params: { month }, search: {} });
  }, [isPulled, month, navigate]);

  // The field that had the keyboard goes with its step: the next one begins at its heading.
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    document.querySelector<HTMLElement>('[data-step-head]')?.focus();
  }, [step]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isBusy) act.run();
  };
  const canAct = {
    workspace: done.workspace,
    clickhouse: true,
    stripe: true,
    customers: setup.usage.table !== '' && setup.usage.column !== '',
    meter: done.meter,
    month: setup.made !== null || (file.data !== undefined && isRight(file.data.problems)),
  }[step];

  return (
    <div className="mt-6 grid grid-cols-[190px_minmax(0,1fr)] gap-x-10">
      <StepList step={step} done={done} isMade={setup.made !== null} />
      <form onSubmit={submit} className={`min-w-0 ${step === 'meter' ? '' : 'max-w-[720px]'}`} noValidate>
        {step === 'workspace' && (
          <WorkspaceStep
            setup={setup}
            start={start}
            found={setup.draft.folder.trim() === '' ? undefined : folder.data}
            onOpen={(path) => open.mutate({ folder: path })}
          />
        )}
        {step === 'clickhouse' && (
          <ClickHouseStep setup={setup} answers={answers} usageFolders={folder.data?.usage ?? []} />
        )}
        {step === 'stripe' && <StripeStep setup={setup} answers={answers} />}
        {step === 'customers' && <CustomersStep setup={setup} answers={answers} tables={clickhouse?.tables ?? []} />}
        {step === 'meter' && (
          <MeterStep
            setup={setup}
            meters={stripe?.meters ?? []}
            tables={clickhouse?.tables ?? []}
            preview={preview.data}
          />
        )}
        {step === 'month' && (
          <MonthStep
            setup={setup}
            start={start}
            file={file.data}
            fileError={file.error}
            job={job}
            failure={answers.failure}
          />
        )}
        {act.error !== null && (
          <div className="mt-5">
            <Failure document={documentOf(act.error)} meaning="Nothing was changed." />
          </div>
        )}
        {open.isError && (
          <div className="mt-5">
            <Failure document={documentOf(open.error)} meaning="The workspace was not opened; nothing was changed." />
          </div>
        )}
        <footer className="mt-7 flex items-center gap-3 border-t border-line pt-4">
          <Button type="submit" kind="primary" disabled={!canAct || isBusy}>
            {isBusy ? BUSY[step] : actWord(setup, done[step], month)}
          </Button>
          <MoreActions setup={setup} isDone={done[step]} isBusy={isBusy} />
        </footer>
        {step === 'customers' && match !== null && !isMatched(match) && (
          <p className="mt-2 text-table text-muted">Choose a rule by which at least one usage id finds its customer.</p>
        )}
      </form>
    </div>
  );
}

type Steps = ReturnType<typeof useSteps>;

/** What the one button does: asks the source, or goes on. */
function useAct(setup: Setup, { clickhouse, stripe, month, done }: Steps) {
  const testClickHouse = useTestClickHouse();
  const testStripe = useTestStripe();
  const findMatch = useMatch();
  const { step } = setup;
  const errors = { clickhouse: testClickHouse.error, stripe: testStripe.error, customers: findMatch.error };

  function look(of: Setup): void {
    findMatch.mutate(
      { draft: of.draft, ...of.usage },
      {
        onSuccess: (value) => {
          const [best] = value.rules;
          const isUnsaid = of.draft.customers.by === 'metadata' && of.draft.customers.key === '';
          putAnswer({ match: { about: aboutMatch(of), value } });
          if (!isUnsaid || best === undefined) return;
          // Nobody has chosen yet: the rule that fits best is tried, and can be changed.
          changeDraft({ customers: best.rule });
          look({ ...of, draft: { ...of.draft, customers: best.rule } });
        },
      },
    );
  }

  /** What can be guessed from earlier answers, where nothing was typed yet. */
  function prepare(to: Step): void {
    const tables = clickhouse?.tables ?? [];
    if (to === 'customers' && setup.usage.table === '') {
      const usage = guessUsage(tables);
      if (usage !== null) changeSetup((was) => ({ ...was, usage }));
    }
    if (to === 'meter' && setup.meter.usage.table === '') {
      const events = (stripe?.meters ?? []).flatMap(({ eventName, isActive }) => (isActive ? [eventName] : []));
      const table = tables.find(({ name }) => name === setup.usage.table);
      const meter = guessMeter(setup.meter, { table, column: setup.usage.column, events });
      changeSetup((was) => ({ ...was, meter }));
    }
  }

  function run(): void {
    if (step === 'month') {
      void makeAndPull(month);
      return;
    }
    if (done[step]) {
      const next = STEPS[STEPS.indexOf(step) + 1] ?? 'month';
      prepare(next);
      goTo(next);
      return;
    }
    if (step === 'clickhouse') {
      testClickHouse.mutate(setup.draft, {
        onSuccess: (value) => putAnswer({ clickhouse: { about: aboutClickHouse(setup), value } }),
      });
    }
    if (step === 'stripe') {
      testStripe.mutate(setup.draft, {
        onSuccess: (value) => putAnswer({ stripe: { about: aboutStripe(setup), value } }),
      });
    }
    if (step === 'customers') look(setup);
  }

  return {
    run,
    isBusy: testClickHouse.isPending || testStripe.isPending || findMatch.isPending,
    error: step in errors ? errors[step as keyof typeof errors] : null,
  };
}

const goTo = (step: Step): void => changeSetup((was) => ({ ...was, step }));

function StepList({ step, done, isMade }: { step: Step; done: Steps['done']; isMade: boolean }) {
  const reach = STEPS.findIndex((name) => !done[name]);
  return (
    <nav aria-label="Steps">
      <ol className="sticky top-6 border-l border-line">
        {STEPS.map((name, index) => (
          <li key={name}>
            <button
              type="button"
              disabled={index > reach || isMade}
              aria-current={name === step ? 'step' : undefined}
              onClick={() => goTo(name)}
              className={`-ml-px flex h-8 w-full items-center gap-2 border-l-2 pr-2 pl-3 text-left ${name === step ? 'border-accent font-medium text-ink' : 'border-transparent text-muted enabled:hover:text-ink'} disabled:text-faint`}
            >
              <span className="tabular w-4 text-table">
                {done[name] ? <Check size={13} role="img" aria-label="Done" /> : index + 1}
              </span>
              {WORDS[name]}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Back, once more, on without, anew: what may be done beside the one thing. */
function MoreActions({ setup, isDone, isBusy }: { setup: Setup; isDone: boolean; isBusy: boolean }) {
  const { step } = setup;
  if (setup.made !== null) {
    return (
      <Link
        to="/months"
        onClick={() => clearSetup()}
        className="inline-flex h-7 items-center rounded-md px-2.5 font-medium text-muted hover:bg-hover hover:text-ink"
      >
        Open the workspace without it
      </Link>
    );
  }
  const question = step === 'customers' ? 'match' : step === 'clickhouse' || step === 'stripe' ? step : null;
  return (
    <>
      {step !== 'workspace' && (
        <Button disabled={isBusy} onClick={() => goTo(STEPS[STEPS.indexOf(step) - 1] ?? 'workspace')}>
          Back
        </Button>
      )}
      {isDone && question !== null && (
        <Button kind="quiet" disabled={isBusy} onClick={() => putAnswer({ [question]: null })}>
          Test again
        </Button>
      )}
      <span className="flex-1" />
      {setup.draft.folder !== '' && (
        <Button kind="quiet" disabled={isBusy} onClick={clearSetup}>
          Begin anew
        </Button>
      )}
    </>
  );
}

function actWord({ step, made }: Setup, isDone: boolean, month: string): string {
  if (step === 'month') return `${made === null ? 'Write tieout.yaml and pull' : 'Pull'} ${formatMonth(month)}`;
  return isDone ? 'Continue' : ACTS[step];
}

const ACTS: Readonly<Record<Exclude<Step, 'month'>, string>> = {
  workspace: 'Continue',
  clickhouse: 'Test the connection',
  stripe: 'Test the key',
  customers: 'Try the rule',
  meter: 'Continue',
};
const BUSY: Readonly<Record<Step, string>> = {
  workspace: 'Continue',
  clickhouse: 'Asking ClickHouse …',
  stripe: 'Asking Stripe …',
  customers: 'Looking …',
  meter: 'Continue',
  month: 'Pulling …',
};
