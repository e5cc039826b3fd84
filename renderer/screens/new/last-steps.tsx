import type { MeterPreview, MeterSettingsList } from '../../../shared/contract/meter-schemas.ts';
import type { Job } from '../../../shared/contract/schemas.ts';
import type { SetupFile, SetupStart, SetupTable, StripeTest } from '../../../shared/contract/setup-schemas.ts';
import type { ErrorDocument } from '../../../shared/errors.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { formatMonth } from '../../format/time.ts';
import { DraftProblems, SelectField } from '../settings/field.tsx';
import { MeterForm } from '../settings/meter-form.tsx';
import { RunState } from '../settings/panel.tsx';
import { QueryPanel } from '../settings/query-panel.tsx';
import { StepHead } from './parts.tsx';
import { changeSetup, isRight, type Setup } from './setup-store.ts';

const TOLERANCE = { relative: '0.001', absolute: '0', stalenessSeconds: 7_200 };

/** The first meter, in the form that the settings have. */
export function MeterStep({
  setup,
  meters,
  tables,
  preview,
}: {
  setup: Setup;
  meters: StripeTest['meters'];
  tables: readonly SetupTable[];
  preview: MeterPreview | undefined;
}) {
  const settings: MeterSettingsList = {
    digest: '',
    meters: [],
    stripeMeters: meters.map((meter) => ({ ...meter, configuredAs: null })),
    tolerance: TOLERANCE,
    readOnly: null,
  };
  return (
    <DraftProblems value={preview?.problems ?? []}>
      <StepHead title="The first meter">
        A meter says how usage becomes a number, and which meter of Stripe holds that number. More of them are added in
        the settings.
      </StepHead>
      <div className="grid grid-cols-[minmax(340px,5fr)_minmax(0,6fr)] gap-x-8">
        <MeterForm
          draft={setup.meter}
          settings={settings}
          preview={preview}
          tables={tables}
          onChange={(change) => changeSetup((was) => ({ ...was, meter: change(was.meter) }))}
        />
        <div className="min-w-0">
          <QueryPanel preview={preview} />
        </div>
      </div>
    </DraftProblems>
  );
}

/** What will be written, then the first pull. */
export function MonthStep({
  setup,
  start,
  file,
  fileError,
  job,
  failure,
}: {
  setup: Setup;
  start: SetupStart;
  file: SetupFile | undefined;
  fileError: unknown;
  /** Of the first pull. */
  job: Job | null;
  failure: ErrorDocument | null;
}) {
  const month = setup.month || start.months[1] || start.currentMonth;
  return (
    <>
      <StepHead title="The first month">
        {setup.made === null
          ? 'tieout.yaml is written now, and one month is pulled from both sides into the cache.'
          : 'The workspace is made. One month is pulled from both sides into the cache.'}
      </StepHead>
      <SelectField
        field="month"
        label="Month"
        value={month}
        options={start.months.map((value) => ({
          value,
          label: `${formatMonth(value)}${value === start.currentMonth ? ', so far' : ''}`,
        }))}
        note="A month that has ended ties out; the current one shows how things stand."
        className="w-[240px]"
        onChange={(next) => changeSetup((was) => ({ ...was, month: next }))}
      />
      {failure !== null && (
        <div className="mt-4">
          <Failure
            document={failure}
            meaning={setup.made === null ? 'Nothing was written.' : 'The workspace is made; nothing was pulled.'}
          />
        </div>
      )}
      <RunState job={job} error={null} />
      {setup.made === null && (
        <div className="mt-5">
          {fileError !== null && fileError !== undefined && <Failure document={documentOf(fileError)} />}
          {file === undefined && <SkeletonRows rows={6} label="Writing the file" />}
          {file !== undefined && (
            <>
              {!isRight(file.problems) && (
                <ul role="alert" className="mb-3 list-disc pl-5 text-structural">
                  {file.problems.map(({ path, message, remedy }) => (
                    <li key={`${path} ${message}`} className="wrap-anywhere">
                      {message} {remedy} {path !== null && <code className="font-mono text-label">{path}</code>}
                    </li>
                  ))}
                </ul>
              )}
              <CodeBlock title="tieout.yaml, as it will be written" text={file.text} maxHeight={340} />
            </>
          )}
        </div>
      )}
    </>
  );
}
