import type { ErrorCode, Problem } from '../../errors.ts';

/** What an invoice has to say, each once: errors where a figure is not known, warnings where a person should know. */
export class Notes {
  readonly #problems: Problem[] = [];

  /** Something is missing, and the invoice is incomplete for it. @param about ids of the objects concerned, outer first */
  error(code: ErrorCode, about: readonly string[], message: string, remedy: string): void {
    this.#add({ code, path: about.join('.'), message, remedy });
  }

  /** All figures are known. */
  warning(code: ErrorCode, about: readonly string[], message: string): void {
    this.#add({ code, path: about.join('.'), message, severity: 'warning' });
  }

  get all(): readonly Problem[] {
    return this.#problems;
  }

  get isComplete(): boolean {
    return this.#problems.every(({ severity }) => severity === 'warning');
  }

  #add(problem: Problem): void {
    const isSaid = ({ code, path, message }: Problem): boolean =>
      code === problem.code && path === problem.path && message === problem.message;
    if (!this.#problems.some(isSaid)) this.#problems.push(problem);
  }
}
