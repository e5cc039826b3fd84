/** JSON as it is read from a vector file. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One case: what goes in and what must come out, with the name under which it is reported. */
export type VectorCase = { readonly id: string; readonly input: JsonObject; readonly expected: Json };

/** A class of vectors that the product implements: gives the answer that is compared with `expected`. */
export type VectorClass = {
  readonly answer: (vector: VectorCase) => Json | Promise<Json>;
  /** The reason why a single case is passed over, or null. */
  readonly skip?: (vector: VectorCase) => string | null;
  /** What the answer is compared with, where that is not `expected` itself. */
  readonly expected?: (vector: VectorCase) => Json;
  /** Frees what the class holds open, such as an engine. */
  readonly close?: () => Promise<void>;
};

/** A class whose cases are passed over aloud, with the reason. */
export type SkippedClass = { readonly skipped: string };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Thrown where a vector does not have the shape that its FORMAT file promises. */
export class MalformedVector extends Error {}

export function object(value: Json | undefined, name: string): JsonObject {
  if (isObject(value)) return value;
  throw new MalformedVector(`${name} is not an object`);
}

export function list(value: Json | undefined, name: string): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new MalformedVector(`${name} is not a list`);
}

export function text(value: Json | undefined, name: string): string {
  if (typeof value === 'string') return value;
  throw new MalformedVector(`${name} is not a text`);
}

export function flag(value: Json | undefined, name: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new MalformedVector(`${name} is not true or false`);
}

/**
 * Where `actual` departs from `expected`, as paths with both values. Keys that `expected` does not list are no part of
 * the contract; lists must have the same length.
 */
export function differences(expected: Json, actual: Json | undefined, path = 'expected'): readonly string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [mismatch(path, expected, actual)];
    const length =
      expected.length === actual.length ? [] : [mismatch(`${path}.length`, expected.length, actual.length)];
    return [...length, ...expected.flatMap((item, index) => differences(item, actual[index], `${path}[${index}]`))];
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return [mismatch(path, expected, actual)];
    return Object.entries(expected).flatMap(([key, value]) => differences(value, actual[key], `${path}.${key}`));
  }
  return expected === actual ? [] : [mismatch(path, expected, actual)];
}

const mismatch = (path: string, expected: Json, actual: Json | undefined): string =>
  `${path}: expected ${JSON.stringify(expected)}, found ${actual === undefined ? 'nothing' : JSON.stringify(actual)}`;
