/** How numbers are written. Only the look: what is copied and exported is plain decimal text. */
export type NumberStyleId = 'plain' | 'english' | 'german' | 'french' | 'swiss' | 'indian';

type Marks = {
  /** Between groups of a quantity, and of money. */
  readonly quantityGroup: string;
  readonly moneyGroup: string;
  readonly point: string;
  /** Groups of two above the first three. */
  readonly isIndian: boolean;
  /** The sign of a currency stands behind the amount. */
  readonly isSignBehind: boolean;
};

/** A thin space at which a line never breaks, and a sign for it that is as wide as a comma. */
const THIN = '\u202f';

const STYLES: Readonly<Record<NumberStyleId, Marks>> = {
  plain: { quantityGroup: THIN, moneyGroup: ',', point: '.', isIndian: false, isSignBehind: false },
  english: { quantityGroup: ',', moneyGroup: ',', point: '.', isIndian: false, isSignBehind: false },
  german: { quantityGroup: '.', moneyGroup: '.', point: ',', isIndian: false, isSignBehind: true },
  french: { quantityGroup: THIN, moneyGroup: THIN, point: ',', isIndian: false, isSignBehind: true },
  swiss: { quantityGroup: '’', moneyGroup: '’', point: '.', isIndian: false, isSignBehind: false },
  indian: { quantityGroup: ',', moneyGroup: ',', point: '.', isIndian: true, isSignBehind: false },
};

export const NUMBER_STYLES = Object.keys(STYLES) as readonly NumberStyleId[];

/** `sign`: $ and €; `code`: USD and EUR. */
export type CurrencyStyle = 'sign' | 'code';

let marks = STYLES.plain;
let currencyStyle: CurrencyStyle = 'sign';

/** Holds for everything that is formatted from now on. */
export function setNumberStyle(id: NumberStyleId, currency: CurrencyStyle): void {
  marks = STYLES[id];
  currencyStyle = currency;
}

export const numberMarks = (): Marks => marks;
export const currencyStyleInForce = (): CurrencyStyle => currencyStyle;

/** The digits of a whole number, in groups. */
export const grouped = (digits: string, separator: string): string =>
  marks.isIndian
    ? digits.replace(/\B(?=(\d{2})*\d{3}$)/g, separator)
    : digits.replace(/\B(?=(\d{3})+(?!\d))/g, separator);

const LOCALES: Readonly<Record<string, NumberStyleId>> = { de: 'german', fr: 'french', hi: 'indian', en: 'english' };

/** How a language writes numbers, as near as the styles come; `de-CH` is Swiss and `en-IN` Indian. */
export function styleOfLocale(locale: string): NumberStyleId {
  const [language = '', ...parts] = locale.split('-');
  const region = parts.at(-1) ?? '';
  if (region === 'CH' || region === 'LI') return 'swiss';
  if (region === 'IN') return 'indian';
  const commaPoint = ['es', 'it', 'nl', 'pt', 'da', 'id', 'tr', 'el'];
  const spaced = ['sv', 'nb', 'nn', 'fi', 'pl', 'cs', 'sk', 'ru', 'uk', 'hu', 'bg'];
  if (commaPoint.includes(language)) return 'german';
  return spaced.includes(language) ? 'french' : (LOCALES[language] ?? 'plain');
}
