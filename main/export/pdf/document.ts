import { once } from 'node:events';
import PDFDocument from 'pdfkit';
import { interFonts } from './fonts.ts';

const MARGIN = 48;
const FOOTER = 36;

export const COLOURS = {
  text: '#1d2430',
  muted: '#667085',
  line: '#d0d5dd',
  head: '#f2f4f7',
  good: '#05603a',
  bad: '#9b1c1c',
  unknown: '#7a4b00',
} as const;
export type Colour = keyof typeof COLOURS;

export type PdfCell = {
  readonly text: string;
  readonly colour?: Colour;
  readonly isBold?: boolean;
  /** A second line under it, smaller. */
  readonly below?: string;
};

export type PdfColumn = { readonly head: string; readonly width: number; readonly align?: 'right' };

/** What the types of the library leave out of a font. */
type Glyphs = { hasGlyphForCodePoint(codePoint: number): boolean };

/**
 * A document of pages with a footer, written top down. Texts wrap, tables break between rows and repeat their header.
 * Characters that the font does not have are shown as boxes; who copies the text gets the characters.
 */
export class PdfReport {
  readonly #doc: PDFKit.PDFDocument;
  readonly #glyphs: Glyphs;
  readonly #ended: Promise<unknown>;
  #y = MARGIN;
  #hasBoxes = false;
  #layout: 'portrait' | 'landscape' = 'portrait';

  /** @param of.createdAt stands in the file; the clock of the library would give other bytes each time */
  constructor(
    write: (bytes: Uint8Array) => void,
    of: { readonly title: string; readonly author: string; readonly createdAt: Date },
  ) {
    const fonts = interFonts();
    this.#doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      autoFirstPage: false,
      lang: 'en',
      displayTitle: true,
      font: '',
      info: {
        Title: of.title,
        Author: of.author,
        Creator: 'Tieout',
        Producer: 'Tieout',
        CreationDate: of.createdAt,
        ModDate: of.createdAt,
      },
    });
    this.#doc.registerFont('regular', fonts.regular);
    this.#doc.registerFont('bold', fonts.bold);
    this.#doc.on('data', (chunk: Buffer) => write(chunk));
    this.#ended = once(this.#doc, 'end');
    this.#doc.font('regular');
    this.#glyphs = (this.#doc as unknown as { _font: { font: Glyphs } })._font.font;
    this.newPage();
  }

  /** @param layout from here on; wide tables lie across */
  newPage(layout: 'portrait' | 'landscape' = this.#layout): void {
    this.#layout = layout;
    this.#doc.addPage({ size: 'A4', layout, margin: 0 });
    this.#y = MARGIN;
  }

  get #width(): number {
    return this.#doc.page.width - 2 * MARGIN;
  }

  get #bottom(): number {
    return this.#doc.page.height - FOOTER - 16;
  }

  /** Whether a character stands as a box so far, because the font does not have it. */
  get hasBoxes(): boolean {
    return this.#hasBoxes;
  }

  space(points: number): void {
    this.#y += points;
  }

  title(text: string): void {
    this.#text(text, { size: 26, font: 'bold' });
  }

  heading(text: string): void {
    // A heading does not stand at the foot of a page without what it heads.
    this.#need(90);
    this.#y += 18;
    this.#text(text, { size: 14, font: 'bold' });
    this.#y += 6;
  }

  paragraph(
    text: string,
    options: { readonly colour?: Colour; readonly size?: number; readonly isBold?: boolean } = {},
  ): void {
    const { colour = 'text', size = 10, isBold = false } = options;
    this.#text(text, { size, colour, font: isBold ? 'bold' : 'regular' });
    this.#y += 4;
  }

  /** Names with their values, beside each other. */
  facts(facts: readonly (readonly [name: string, value: string])[]): void {
    const left = 130;
    for (const [name, value] of facts) {
      const height = this.#heightOf(value, { size: 9, width: this.#width - left }) + 5;
      this.#need(height);
      this.#draw(name, { x: MARGIN, y: this.#y, width: left - 8, size: 9, colour: 'muted' });
      this.#draw(value, { x: MARGIN + left, y: this.#y, width: this.#width - left, size: 9 });
      this.#y += height;
    }
  }

  table(columns: readonly PdfColumn[], rows: Iterable<readonly PdfCell[]>): void {
    const scale = this.#width / columns.reduce((sum, { width }) => sum + width, 0);
    const placed = columns.map((column, index) => ({
      ...column,
      x: MARGIN + columns.slice(0, index).reduce((sum, { width }) => sum + width * scale, 0),
      width: column.width * scale,
    }));
    this.#need(60);
    this.#tableHead(placed);
    for (const row of rows) {
      const height = Math.max(...placed.map((column, index) => this.#cellHeight(row[index], column))) + 9;
      if (this.#y + height > this.#bottom) {
        this.newPage();
        this.#tableHead(placed);
      }
      for (const [index, column] of placed.entries()) this.#cell(row[index], column);
      this.#y += height;
      this.#rule(this.#y - 3);
    }
    this.#y += 6;
  }

  /** Numbers the pages and ends the document. @param footer stands on every page */
  async end(footer: string): Promise<void> {
    const { count } = this.#doc.bufferedPageRange();
    for (let index = 0; index < count; index += 1) {
      this.#doc.switchToPage(index);
      const at = { y: this.#doc.page.height - FOOTER, size: 8, colour: 'muted' as const };
      this.#draw(footer, { ...at, x: MARGIN, width: this.#width - 80 });
      this.#draw(`Page ${index + 1} of ${count}`, {
        ...at,
        x: this.#doc.page.width - MARGIN - 80,
        width: 80,
        align: 'right',
      });
    }
    this.#doc.end();
    await this.#ended;
  }

  #tableHead(columns: readonly (PdfColumn & { readonly x: number })[]): void {
    const height =
      Math.max(...columns.map(({ head, width }) => this.#heightOf(head, { ...HEAD, width: width - 8 }))) + 9;
    this.#doc.rect(MARGIN, this.#y, this.#width, height).fill(COLOURS.head);
    for (const { head, x, width, align } of columns) {
      this.#draw(head, { ...HEAD, x: x + 4, y: this.#y + 4, width: width - 8, align });
    }
    this.#y += height + 4;
  }

  #cell(cell: PdfCell | undefined, column: PdfColumn & { readonly x: number }): void {
    if (cell === undefined) return;
    const at = { x: column.x + 4, width: column.width - 8, align: column.align };
    const font = fontOf(cell);
    const { text, size } = this.#fitted(cell, column);
    this.#draw(text, { ...at, y: this.#y, size, font, colour: cell.colour });
    if (cell.below === undefined) return;
    const y = this.#y + this.#heightOf(text, { size, font, width: at.width, align: column.align }) + 1;
    this.#draw(cell.below, { ...at, y, size: 7.5, colour: 'muted' });
  }

  #cellHeight(cell: PdfCell | undefined, column: PdfColumn): number {
    if (cell === undefined) return 0;
    const width = column.width - 8;
    const { text, size } = this.#fitted(cell, column);
    const height = this.#heightOf(text, { size, font: fontOf(cell), width, align: column.align });
    return cell.below === undefined ? height : height + 1 + this.#heightOf(cell.below, { size: 7.5, width });
  }

  /** A figure stays on its line: a long one is set smaller, and broken at its point only where that is not enough. */
  #fitted(cell: PdfCell, { align, width }: PdfColumn): { readonly text: string; readonly size: number } {
    const { text } = cell;
    if (align !== 'right') return { text, size: TABLE_SIZE };
    this.#doc.font(fontOf(cell)).fontSize(TABLE_SIZE);
    const share = (width - 9) / this.#doc.widthOfString(text, FIGURES);
    if (share >= 1) return { text, size: TABLE_SIZE };
    const size = Math.max(SMALLEST_SIZE, Math.floor(TABLE_SIZE * share * 10) / 10);
    return { text: size > SMALLEST_SIZE ? text : text.replace('.', '\n.'), size };
  }

  #rule(y: number): void {
    this.#doc
      .moveTo(MARGIN, y)
      .lineTo(MARGIN + this.#width, y)
      .lineWidth(0.5)
      .stroke(COLOURS.line);
    this.#y += 1;
  }

  #text(text: string, of: { size: number; font?: 'regular' | 'bold'; colour?: Colour }): void {
    const height = this.#heightOf(text, { ...of, width: this.#width });
    this.#need(height);
    this.#draw(text, { ...of, x: MARGIN, y: this.#y, width: this.#width });
    this.#y += height;
  }

  #need(height: number): void {
    if (this.#y + height > this.#bottom) this.newPage();
  }

  #heightOf(
    text: string,
    of: { size: number; font?: 'regular' | 'bold'; width: number; align?: 'right' | undefined },
  ): number {
    this.#doc.font(of.font ?? 'regular').fontSize(of.size);
    return this.#doc.heightOfString(this.#shown(text), { width: of.width, lineGap: 1, ...featuresOf(of) });
  }

  #draw(
    text: string,
    of: {
      x: number;
      y: number;
      width: number;
      size: number;
      font?: 'regular' | 'bold';
      colour?: Colour | undefined;
      align?: 'right' | undefined;
    },
  ): void {
    if (text === '') return;
    const shown = this.#shown(text);
    const isWhole = shown === text;
    this.#doc
      .font(of.font ?? 'regular')
      .fontSize(of.size)
      .fillColor(COLOURS[of.colour ?? 'text']);
    if (shown.includes(BOX)) this.#hasBoxes = true;
    if (!isWhole) this.#doc.markContent('Span', { actual: text.toWellFormed() });
    this.#doc.text(shown, of.x, of.y, {
      width: of.width,
      lineGap: 1,
      align: of.align ?? 'left',
      ...featuresOf(of),
    });
    if (!isWhole) this.#doc.endMarkedContent();
  }

  /** What the font can show, and nothing that turns the direction of what follows. */
  #shown(text: string): string {
    let shown = '';
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      if (DIRECTION.test(character)) continue;
      if (code < 32) shown += code === 10 ? character : ' ';
      else shown += this.#glyphs.hasGlyphForCodePoint(code) ? character : BOX;
    }
    return shown;
  }
}

/**
 * Figures of one width, so that columns of them can be compared. Contextual forms, of which digits have none, take most of
 * the time of a layout. The types of the library know a list of features alone; its layout takes them on and off.
 */
const FIGURES = { features: { tnum: true, calt: false } as unknown as PDFKit.Mixins.OpenTypeFeatures[] };

const featuresOf = ({ align }: { readonly align?: 'right' | undefined }) => (align === 'right' ? FIGURES : {});

const fontOf = ({ isBold }: PdfCell): 'regular' | 'bold' => (isBold === true ? 'bold' : 'regular');

const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const BOX = '\u25a1';
const TABLE_SIZE = 8.5;
const SMALLEST_SIZE = 6.5;
const HEAD = { size: 8, font: 'bold' as const };
