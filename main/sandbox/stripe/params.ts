import { fromUnixSeconds, type Instant } from '../../../shared/values/instant.ts';
import { invalid, missingParameter } from './failure.ts';
import type { FormObject, FormValue } from './form.ts';

/** Bounds on Unix seconds, as `created[gte]=…`; a bare number is an equality. */
type Range = { readonly gt?: number; readonly gte?: number; readonly lt?: number; readonly lte?: number };

export const isWithin = (value: number, range: Range | null): boolean =>
  range === null ||
  ((range.gt === undefined || value > range.gt) &&
    (range.gte === undefined || value >= range.gte) &&
    (range.lt === undefined || value < range.lt) &&
    (range.lte === undefined || value <= range.lte));

const EVERYWHERE = ['expand'];

/** The parameters of one request, read with Stripe's own complaints. */
export class Params {
  readonly #form: FormObject;

  /** @throws StripeFailure `parameter_unknown` where a parameter is not among `allowed` */
  constructor(form: FormObject, allowed: readonly string[]) {
    this.#form = form;
    const unknown = Object.keys(form).find((name) => !allowed.includes(name) && !EVERYWHERE.includes(name));
    if (unknown !== undefined) throw invalid(unknown, `Received unknown parameter: ${unknown}`, 'parameter_unknown');
  }

  raw(name: string): FormValue | undefined {
    return this.#form[name];
  }

  text(name: string): string | null {
    const value = this.#form[name];
    if (value === undefined || value === '') return null;
    if (typeof value !== 'string') throw invalid(name, `Invalid string: ${name}`);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === null) throw missingParameter(name);
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | null {
    const value = this.text(name);
    if (value === null) return null;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      throw invalid(name, `Invalid ${name}: must be one of ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`);
    }
    return found;
  }

  integer(name: string): number | null {
    const value = this.text(name);
    return value === null ? null : toInteger(name, value);
  }

  instant(name: string): Instant | null {
    const value = this.integer(name);
    return value === null ? null : fromUnixSeconds(value);
  }

  requiredInstant(name: string): Instant {
    const value = this.instant(name);
    if (value === null) throw missingParameter(name);
    return value;
  }

  boolean(name: string): boolean | null {
    const value = this.text(name);
    if (value === null) return null;
    if (value !== 'true' && value !== 'false') throw invalid(name, `Invalid boolean: ${value}`);
    return value === 'true';
  }

  range(name: string): Range | null {
    const value = this.#form[name];
    if (value === undefined) return null;
    if (typeof value === 'string') return { gte: toInteger(name, value), lte: toInteger(name, value) };
    const entries = Object.entries(value).map(([bound, text]) => {
      if (!['gt', 'gte', 'lt', 'lte'].includes(bound) || typeof text !== 'string') {
        throw invalid(`${name}[${bound}]`, `Received unknown parameter: ${name}[${bound}]`, 'parameter_unknown');
      }
      return [bound, toInteger(`${name}[${bound}]`, text)];
    });
    return Object.fromEntries(entries);
  }

  texts(name: string): readonly string[] {
    const value = this.#form[name];
    if (value === undefined) return [];
    const list: readonly FormValue[] = Array.isArray(value) ? value : [value as FormValue];
    return list.map((each) => {
      if (typeof each !== 'string') throw invalid(name, `Invalid array: ${name}`);
      return each;
    });
  }

  object(name: string): FormObject | null {
    const value = this.#form[name];
    if (value === undefined || value === '') return null;
    if (typeof value === 'string' || Array.isArray(value)) throw invalid(name, `Invalid object: ${name}`);
    return value as FormObject;
  }

  /** A map of texts, such as `metadata` or `payload`. */
  map(name: string): Record<string, string> {
    const entries = Object.entries(this.object(name) ?? {});
    return Object.fromEntries(
      entries.map(([key, value]) => {
        if (typeof value !== 'string') throw invalid(`${name}[${key}]`, `Invalid string: ${name}[${key}]`);
        return [key, value];
      }),
    );
  }

  objects(name: string): readonly FormObject[] {
    const value = this.#form[name];
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw invalid(name, `Invalid array: ${name}`);
    return value.map((each: FormValue) => {
      if (typeof each === 'string' || Array.isArray(each)) throw invalid(name, `Invalid array: ${name}`);
      return each as FormObject;
    });
  }
}

function toInteger(name: string, text: string): number {
  const number = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw invalid(name, `Invalid integer: ${text}`, 'parameter_invalid_integer');
  }
  return number;
}
