const AUTHOR_KEY = 'tieout.author';

/** Who decides at this machine: the name given last, to be signed with. */
export function knownAuthor(): string {
  try {
    return window.localStorage.getItem(AUTHOR_KEY) ?? '';
  } catch {
    return '';
  }
}

/** A window without storage asks for the name each time. */
export function rememberAuthor(name: string): void {
  try {
    window.localStorage.setItem(AUTHOR_KEY, name);
  } catch {
    // Nothing is lost but the convenience.
  }
}
