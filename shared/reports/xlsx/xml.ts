/** Most characters that a cell of a workbook holds. */
export const MAX_CELL_CHARACTERS = 32_767;

const UNUSUAL = /[&<>"\p{Cc}\p{Cs}\ufffe\uffff]|_x[0-9A-Fa-f]{4}_/u;
const CONTROL = /[\p{Cc}\ufffe\uffff]/gu;
const ESCAPE_LIKE = /_(?=x[0-9A-Fa-f]{4}_)/g;

/**
 * Any text as the content of an XML element or attribute. What XML cannot say is written as Excel does, `_x0007_`, and a
 * text that looks like such an escape is kept from being read as one; half a surrogate pair becomes U+FFFD.
 */
export function xmlText(text: string): string {
  if (!UNUSUAL.test(text)) return text;
  return text
    .toWellFormed()
    .replace(ESCAPE_LIKE, '_x005F_')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(CONTROL, escapedControl);
}

/** Tabs and line feeds are plain in XML, and so are the controls from U+007F on. */
function escapedControl(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 9 || code === 10 || (code >= 0x7f && code < 0xfffe)) return character;
  return `_x${code.toString(16).toUpperCase().padStart(4, '0')}_`;
}

/** What fits into a cell; a longer text ends with an ellipsis. */
export const cellText = (text: string): string =>
  xmlText(text.length <= MAX_CELL_CHARACTERS ? text : `${text.slice(0, MAX_CELL_CHARACTERS - 1)}…`);

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
