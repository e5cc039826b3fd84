import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { formatMoney } from '../../format/money.ts';
import { formatQuantity } from '../../format/number.ts';
import { NUMBER_STYLES, type NumberStyleId, styleOfLocale } from '../../format/number-style.ts';
import { formatMoment } from '../../format/time.ts';
import { localZone, zonesOfPlatform } from '../../format/zone.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { type Appearance, setAppearance, useAppearance } from '../../frame/theme.ts';
import { useTitle } from '../../frame/title.ts';

const NUMBER_WORDS: Readonly<Record<NumberStyleId, string>> = {
  plain: 'Thin spaces, a point',
  english: 'English',
  german: 'German',
  french: 'French',
  swiss: 'Swiss',
  indian: 'Indian',
};

const SELECT = 'h-7 max-w-full rounded-md border border-line-strong bg-page px-2 hover:bg-hover';

/** How the screens look at this machine. Nothing here touches a figure. */
export function AppearanceScreen() {
  const appearance = useAppearance();
  const navigate = useNavigate();
  useTitle('Appearance');
  useShortcuts([{ keys: 'Escape', label: 'Back to the settings', run: () => void navigate({ to: '/settings' }) }]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Appearance" tabIndex={0} className="h-full overflow-y-auto [scrollbar-gutter:stable]">
      <div className="max-w-[760px] px-6 pt-5 pb-12">
        <h1 className="text-title font-semibold tracking-[-0.01em]">Appearance</h1>
        <p className="mt-0.5 text-lead">How Tieout looks to you, on this machine and in every workspace.</p>
        <Looks appearance={appearance} />
        <Numbers appearance={appearance} />
        <Times appearance={appearance} />
        <Keys appearance={appearance} />
        <p className="mt-8 text-muted">
          Meters and tolerances are in the{' '}
          <Link to="/settings" className="text-accent underline">
            settings of the workspace
          </Link>
          .
        </p>
      </div>
    </section>
  );
}

function Looks({ appearance: { theme, density } }: { appearance: Appearance }) {
  return (
    <Group title="Colours and rows">
      <Radios
        label="Theme"
        value={theme}
        options={{ system: 'As the system', light: 'Light', dark: 'Dark' }}
        onChange={(next) => setAppearance({ theme: next })}
      />
      <Radios
        label="Rows of tables"
        value={density}
        options={{ normal: 'Normal, 32 pixels', compact: 'Compact, 26 pixels' }}
        onChange={(next) => setAppearance({ density: next })}
      />
    </Group>
  );
}

function Numbers({ appearance: { numbers, currency } }: { appearance: Appearance }) {
  const local = styleOfLocale(navigator.language);
  return (
    <Group title="Numbers and currencies" note="What is copied or exported is plain decimal text in any case.">
      <Field label="Numbers">
        <select
          aria-label="Numbers"
          value={numbers}
          onChange={(event) =>
            setAppearance({ numbers: NUMBER_STYLES.find((style) => style === event.target.value) ?? 'plain' })
          }
          className={SELECT}
        >
          {NUMBER_STYLES.map((style) => (
            <option key={style} value={style}>
              {NUMBER_WORDS[style]}
              {style === local && style !== 'plain' ? ', as your system has it' : ''}
            </option>
          ))}
        </select>
        <span className="tabular ml-4 text-muted" data-example="">
          {formatQuantity('1234567.891')} · {formatMoney('-1234567.5', 'eur')}
        </span>
      </Field>
      <Radios
        label="Currencies"
        value={currency}
        options={{ sign: 'Signs where everybody knows them: $ € £ ¥', code: 'Codes: USD EUR GBP JPY' }}
        onChange={(next) => setAppearance({ currency: next })}
      />
    </Group>
  );
}

function Times({ appearance: { zone } }: { appearance: Appearance }) {
  const zones = useMemo(zonesOfPlatform, []);
  return (
    <Group
      title="Time"
      note="Moments, such as a pull or a decision, are told in this zone. Hours of usage, periods and months stay UTC: that is what they were measured and billed by."
    >
      <Field label="Time zone of moments">
        <select
          aria-label="Time zone of moments"
          value={zone}
          onChange={(event) => setAppearance({ zone: event.target.value })}
          className={SELECT}
        >
          <option value="local">That of this machine, {localZone()}</option>
          {zones.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <span className="tabular ml-4 text-muted">{formatMoment('2026-06-01T02:01:10Z')}</span>
      </Field>
    </Group>
  );
}

function Keys({ appearance: { singleKeys } }: { appearance: Appearance }) {
  return (
    <Group
      title="Keyboard"
      note="Without them, a letter that is said or hit by mistake does nothing. The palette, Escape and the keys inside of a table work in any case."
    >
      <label className="flex h-8 items-center gap-2">
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={(event) => setAppearance({ singleKeys: event.target.checked })}
          className="accent-(--accent)"
        />
        Shortcuts of single keys, such as e, / and g m
      </label>
    </Group>
  );
}

function Group({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="mt-7">
      <h2 className="text-lead font-semibold">{title}</h2>
      {note !== undefined && <p className="max-w-[68ch] text-muted">{note}</p>}
      <div className="mt-2 flex flex-col gap-2">{children}</div>
    </section>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid min-h-8 grid-cols-[180px_minmax(0,1fr)] items-center">
      <span className="text-muted">{label}</span>
      <span className="flex min-w-0 flex-wrap items-center">{children}</span>
    </div>
  );
}

function Radios<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: Readonly<Record<Value, string>>;
  onChange: (value: Value) => void;
}) {
  return (
    <fieldset className="grid min-h-8 grid-cols-[180px_minmax(0,1fr)] items-center">
      <legend className="float-left text-muted">{label}</legend>
      <span className="flex flex-wrap gap-x-5">
        {(Object.keys(options) as Value[]).map((option) => (
          <label key={option} className="flex h-8 items-center gap-2">
            <input
              type="radio"
              name={label}
              checked={value === option}
              onChange={() => onChange(option)}
              className="accent-(--accent)"
            />
            {options[option]}
          </label>
        ))}
      </span>
    </fieldset>
  );
}
