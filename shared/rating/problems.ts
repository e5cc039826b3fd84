import { type ErrorCode, type Problem, TieoutError } from '../errors.ts';

/** What is wrong with a price or a document, in the order in which it was found. */
export class ProblemList {
  readonly #problems: Problem[] = [];

  /** @param path Stripe's name of the field and where it stands, such as `price.tiers[1].up_to` */
  add(code: ErrorCode, path: string | null, message: string, remedy: string): void {
    this.#problems.push({ code, path, message, remedy });
  }

  get all(): readonly Problem[] {
    return this.#problems;
  }

  addAll(problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  /** @throws TieoutError with the first problem's code and all of them in `problems`, where there is any */
  throwIfAny(): void {
    const [first] = this.#problems;
    if (first === undefined) return;
    const { code, message, path, remedy = null } = first;
    throw new TieoutError(code, { message, path, remedy, problems: this.#problems });
  }
}

/** Longer input is not repeated in a message. */
const SHOWN_LENGTH = 40;

/** Input as a message shows it. */
export const shown = (text: string): string => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text);

/** A number that cannot be read, or has more digits than any amount. */
export function addMalformed(problems: ProblemList, text: string, path: string): void {
  problems.add(
    'number-malformed',
    path,
    `"${shown(text)}" is not a decimal number of a plausible size.`,
    'Write digits with an optional sign, point and exponent, such as "0.5", "-3" or "1e-6".',
  );
}
