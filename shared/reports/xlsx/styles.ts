import { XML_HEAD } from './xml.ts';

/** How a cell looks; a cell names its style by its place in this list. */
export const STYLES = [
  'text',
  'wrap',
  'title',
  'head',
  'headNumber',
  'strong',
  'muted',
  'count',
  'whole',
  'fraction',
  'rounded',
  'percent',
  'money0',
  'money2',
  'money3',
  'totalText',
  'totalCount',
] as const;
export type StyleName = (typeof STYLES)[number];

export const STYLE: Readonly<Record<StyleName, number>> = Object.fromEntries(
  STYLES.map((name, index) => [name, index]),
) as Record<StyleName, number>;

/** Amounts of a currency with so many decimals. */
export const moneyStyle = (digits: 0 | 2 | 3): StyleName => `money${digits}`;

const NUMBER_FORMATS = {
  count: '#,##0',
  whole: '#,##0;[Red]-#,##0',
  fraction: '#,##0.0###########;[Red]-#,##0.0###########',
  percent: '0.00%;[Red]-0.00%',
  money0: '#,##0;[Red]-#,##0',
  money2: '#,##0.00;[Red]-#,##0.00',
  money3: '#,##0.000;[Red]-#,##0.000',
} as const;
type FormatName = keyof typeof NUMBER_FORMATS;

/** Ids below 164 are Excel's own. */
const FIRST_FORMAT = 164;
const formatId = (name: FormatName): number => FIRST_FORMAT + Object.keys(NUMBER_FORMATS).indexOf(name);

const FONTS = {
  plain: '<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>',
  bold: '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font>',
  title: '<font><b/><sz val="16"/><name val="Calibri"/><family val="2"/></font>',
  muted: '<font><sz val="10"/><color rgb="FF667085"/><name val="Calibri"/><family val="2"/></font>',
  italic: '<font><i/><sz val="11"/><name val="Calibri"/><family val="2"/></font>',
} as const;
const fontId = (name: keyof typeof FONTS): number => Object.keys(FONTS).indexOf(name);

const FILLS = [
  '<fill><patternFill patternType="none"/></fill>',
  '<fill><patternFill patternType="gray125"/></fill>',
  '<fill><patternFill patternType="solid"><fgColor rgb="FFEEF2F6"/><bgColor indexed="64"/></patternFill></fill>',
];
const HEAD_FILL = 2;

const BORDERS = [
  '<border><left/><right/><top/><bottom/><diagonal/></border>',
  '<border><left/><right/><top/><bottom style="thin"><color rgb="FF98A2B3"/></bottom><diagonal/></border>',
  '<border><left/><right/><top style="thin"><color rgb="FF98A2B3"/></top><bottom/><diagonal/></border>',
];
const UNDERLINED = 1;
const OVERLINED = 2;

type Look = {
  readonly font?: keyof typeof FONTS;
  readonly format?: FormatName;
  readonly fill?: number;
  readonly border?: number;
  readonly align?: 'right';
  readonly wraps?: true;
};

const LOOKS: Readonly<Record<StyleName, Look>> = {
  text: {},
  wrap: { wraps: true },
  title: { font: 'title' },
  head: { font: 'bold', fill: HEAD_FILL, border: UNDERLINED, wraps: true },
  headNumber: { font: 'bold', fill: HEAD_FILL, border: UNDERLINED, align: 'right', wraps: true },
  strong: { font: 'bold' },
  muted: { font: 'muted' },
  count: { format: 'count' },
  whole: { format: 'whole' },
  fraction: { format: 'fraction' },
  rounded: { format: 'fraction', font: 'italic' },
  percent: { format: 'percent' },
  money0: { format: 'money0' },
  money2: { format: 'money2' },
  money3: { format: 'money3' },
  totalText: { font: 'bold', border: OVERLINED },
  totalCount: { font: 'bold', format: 'count', border: OVERLINED },
};

/** Colours of a conditional format, with meaning: what ties out, what waits, what does not tie out, what is unknown. */
export const CONDITIONAL = ['good', 'waiting', 'bad', 'unknown'] as const;
const COLOURS: Readonly<Record<(typeof CONDITIONAL)[number], { readonly text: string; readonly fill: string }>> = {
  good: { text: 'FF05603A', fill: 'FFE3F6EC' },
  waiting: { text: 'FF7A4B00', fill: 'FFFDF1D8' },
  bad: { text: 'FF9B1C1C', fill: 'FFFCE4E4' },
  unknown: { text: 'FF414651', fill: 'FFE9EAEB' },
};

function xf({ font = 'plain', format, fill = 0, border = 0, align, wraps }: Look): string {
  const id = format === undefined ? 0 : formatId(format);
  const wrap = wraps === true ? ' vertical="top" wrapText="1"' : ' vertical="top"';
  const side = align === undefined ? '' : ` horizontal="${align}"`;
  return (
    `<xf numFmtId="${id}" fontId="${fontId(font)}" fillId="${fill}" borderId="${border}" xfId="0"` +
    ` applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment${side}${wrap}/></xf>`
  );
}

const list = (tag: string, items: readonly string[]): string =>
  `<${tag} count="${items.length}">${items.join('')}</${tag}>`;

/** xl/styles.xml */
export const stylesXml = (): string =>
  `${XML_HEAD}<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${[
    list(
      'numFmts',
      Object.entries(NUMBER_FORMATS).map(
        ([name, code]) => `<numFmt numFmtId="${formatId(name as FormatName)}" formatCode="${code}"/>`,
      ),
    ),
    list('fonts', Object.values(FONTS)),
    list('fills', FILLS),
    list('borders', BORDERS),
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
    list(
      'cellXfs',
      STYLES.map((name) => xf(LOOKS[name])),
    ),
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>',
    list(
      'dxfs',
      CONDITIONAL.map((name) => {
        const { text, fill } = COLOURS[name];
        return `<dxf><font><color rgb="${text}"/></font><fill><patternFill patternType="solid"><bgColor rgb="${fill}"/></patternFill></fill></dxf>`;
      }),
    ),
  ].join('')}</styleSheet>`;
