import { inflateSync } from 'node:zlib';

// Reads what a PDF says from its bytes: objects, page contents, and the maps from glyphs to characters.

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** The text of each page, one line for each text that was set. */
export function pdfPages(bytes: Uint8Array): readonly string[] {
  const objects = readObjects(latin(bytes));
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b/.test(head));
  return pages.map(({ head }) => {
    const contents = [...(/\/Contents \[?([^\]/]*)/.exec(head)?.[1] ?? '').matchAll(/(\d+) 0 R/g)];
    const resources = objects.get(/\/Resources (\d+) 0 R/.exec(head)?.[1] ?? '')?.head ?? head;
    const fonts = new Map(
      [...(/\/Font <<([\s\S]*?)>>/.exec(resources)?.[1] ?? '').matchAll(/\/(\w+) (\d+) 0 R/g)].map(
        ([, name = '', id = '']) => [name, charactersOf(objects, id)],
      ),
    );
    return contents.map(([, id = '']) => textOf(objects.get(id)?.stream ?? '', fonts)).join('\n');
  });
}

type PdfObject = { readonly head: string; readonly stream: string | null };

function readObjects(file: string): ReadonlyMap<string, PdfObject> {
  return new Map(
    [...file.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(
      ([, id = '', body = '']): [string, PdfObject] => {
        const at = body.indexOf('stream\n');
        if (at === -1) return [id, { head: body, stream: null }];
        const head = body.slice(0, at);
        const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
        const raw = Buffer.from(body.slice(at + 7, at + 7 + length), 'latin1');
        return [id, { head, stream: latin(/FlateDecode/.test(head) ? inflateSync(raw) : raw) }];
      },
    ),
  );
}

/** Glyph → character, from the font's own map. */
function charactersOf(objects: ReadonlyMap<string, PdfObject>, font: string): ReadonlyMap<number, string> {
  const map = objects.get(/\/ToUnicode (\d+) 0 R/.exec(objects.get(font)?.head ?? '')?.[1] ?? '')?.stream ?? '';
  const characters = new Map<number, string>();
  for (const [, from = '', , list = ''] of map.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/gi)) {
    [...list.matchAll(/<([0-9a-f ]*)>/gi)].forEach(([, hex = ''], index) => {
      characters.set(Number.parseInt(from, 16) + index, utf16(hex));
    });
  }
  return characters;
}

const utf16 = (hex: string): string =>
  (hex.replaceAll(' ', '').match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('');

function textOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>): string {
  let font: ReadonlyMap<number, string> = new Map();
  const lines: string[] = [];
  for (const [, name, shown] of content.matchAll(/\/(\w+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (name !== undefined) font = fonts.get(name) ?? new Map();
    const glyphs = [...(shown ?? '').matchAll(/<([0-9a-f]+)>/gi)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? []);
    if (shown !== undefined) lines.push(glyphs.map((glyph) => font.get(Number.parseInt(glyph, 16)) ?? '?').join(''));
  }
  return lines.join('\n');
}
