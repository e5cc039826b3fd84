import { TieoutError } from '../../shared/errors.ts';

/** Values for `${NAME}`: the environment, or what the keychain of the desktop holds. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /(\$?)\$\{([^}]*)\}/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export type Expansion = {
  /** The text with its references replaced, or null where one of them is not set. */
  readonly value: string | null;
  readonly names: readonly string[];
  readonly missing: readonly string[];
  /** What stands between the braces but cannot be a name. */
  readonly malformed: readonly string[];
};

/** Replaces `${NAME}` by its value; `$${NAME}` stands for the text `${NAME}`. */
export function expandReferences(source: string, env: Environment): Expansion {
  const names: string[] = [];
  const missing: string[] = [];
  const malformed: string[] = [];
  const value = source.replace(REFERENCE, (whole: string, dollar: string, name: string) => {
    if (dollar !== '') return whole.slice(1);
    if (!NAME.test(name)) {
      malformed.push(name);
      return whole;
    }
    names.push(name);
    const found = env[name];
    if (found === undefined) missing.push(name);
    return found ?? '';
  });
  return { value: missing.length > 0 ? null : value, names, missing, malformed };
}

/**
 * A text of tieout.yaml whose `${NAME}` may be unset. It is looked at only by who needs it, so that offline work does
 * not ask for the secrets of a pull.
 */
export class Setting {
  /** As written in the file, references unreplaced. */
  readonly source: string;
  /** `tieout.yaml:5:8 clickhouse.url` */
  readonly path: string;
  readonly missing: readonly string[];
  readonly #value: string | null;

  constructor(source: string, path: string, expansion: Pick<Expansion, 'value' | 'missing'>) {
    this.source = source;
    this.path = path;
    this.missing = expansion.missing;
    this.#value = expansion.value;
  }

  get isSet(): boolean {
    return this.#value !== null;
  }

  /** @throws TieoutError `config.env_not_set` */
  read(): string {
    if (this.#value !== null) return this.#value;
    throw envNotSet(this.missing, this.path);
  }
}

/** A setting that never shows itself: not in a message, a log, an inspection or JSON. Only `reveal` gives it out. */
export class Secret {
  readonly path: string;
  readonly missing: readonly string[];
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.path = setting.path;
    this.missing = setting.missing;
  }

  get isSet(): boolean {
    return this.#setting.isSet;
  }

  /** The secret itself, without a line end that an environment file may have left. @throws TieoutError `config.env_not_set` */
  reveal(): string {
    return this.#setting.read().replace(/[\r\n]+$/, '');
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

export const literalSetting = (text: string, path: string): Setting =>
  new Setting(text, path, { value: text, missing: [] });

export function envNotSet(missing: readonly string[], path: string): TieoutError {
  return new TieoutError('config.env_not_set', {
    message: notSetMessage(missing),
    path,
    remedy: notSetRemedy(missing),
  });
}

export const notSetMessage = (missing: readonly string[]): string =>
  missing.length === 1
    ? `The environment variable ${missing[0]} is not set.`
    : `The environment variables ${missing.join(', ')} are not set.`;

export const notSetRemedy = (missing: readonly string[]): string =>
  `Set ${missing.join(' and ')} in the environment, or in the keychain of the desktop application.`;
