/** `JSON.rawJSON` is part of Node since version 22; the library types do not have it yet. */
const json = JSON as typeof JSON & { readonly rawJSON: (text: string) => unknown };

/** A value that `JSON.stringify` writes exactly as given: a number with all its digits. */
export const rawNumber = (text: string): unknown => json.rawJSON(text);
