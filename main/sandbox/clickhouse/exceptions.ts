/** An error as ClickHouse words it: `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`. */
export class EngineError extends Error {
  readonly code: number;
  readonly status: number;
  /** The whole text for the body of an answer. */
  readonly text: string;

  constructor(code: number, text: string, status: number = httpStatus(code)) {
    super(text);
    this.name = 'EngineError';
    this.code = code;
    this.text = text;
    this.status = status;
  }
}

/** Builds an error of ours in ClickHouse's words. */
export const engineError = (code: number, name: string, message: string, status?: number): EngineError =>
  new EngineError(code, `Code: ${code}. DB::Exception: ${message}. (${name})`, status);

/** ClickHouse's answer where a setting meets a user with `readonly = 1`. */
export const readonlySettingError = (setting: string): EngineError =>
  engineError(164, 'READONLY', `Cannot modify '${setting}' setting in readonly mode`);

/**
 * @param error whatever the engine's package threw
 * @returns the same as an EngineError; what carries no ClickHouse code becomes 1002 (UNKNOWN_EXCEPTION)
 */
export function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const found = /Code: (\d+)\. DB::Exception: [\s\S]*/.exec(message);
  if (found?.[1] === undefined) return engineError(1002, 'UNKNOWN_EXCEPTION', message);
  return new EngineError(Number(found[1]), found[0].trimEnd());
}

const STATUS_BY_CODE: ReadonlyMap<number, number> = new Map([
  // what the query says is wrong
  ...[6, 7, 8, 11, 15, 25, 26, 27, 36, 38, 41, 44, 53, 62, 72, 117, 321, 427, 456, 457].map(
    (code) => [code, 400] as const,
  ),
  // what the query names does not exist
  ...[46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336].map((code) => [code, 404] as const),
  ...[192, 193, 497, 516].map((code) => [code, 403] as const),
  [194, 401],
  [48, 501],
  [159, 408],
  [202, 503],
]);

/** The HTTP status that ClickHouse gives an error code; 500 where it has no rule of its own. */
export const httpStatus = (code: number): number => STATUS_BY_CODE.get(code) ?? 500;

/**
 * The tail that ClickHouse (25.11 and newer) writes into a body whose status 200 is already out.
 * @param tag the value of the `X-ClickHouse-Exception-Tag` header of the same answer
 */
export function exceptionTail(tag: string, text: string): Buffer {
  const message = `${text}\n`;
  const length = Buffer.byteLength(message);
  return Buffer.from(`\r\n__exception__\r\n${tag}\r\n${message}${length} ${tag}\r\n__exception__\r\n`);
}
