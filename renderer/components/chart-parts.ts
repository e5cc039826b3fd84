import type uPlot from 'uplot';

export const CHART_FONT = '11px "Inter Variable", system-ui';

/** A canvas knows no custom properties: the colours of the theme in force, as the browser computes them. */
export function coloursOf<Token extends string>(
  holder: HTMLElement,
  tokens: readonly Token[],
): Readonly<Record<Token, string>> {
  const probes = tokens.map((token) => {
    const probe = document.createElement('span');
    // A colour on its way from one to the next is neither: reduced motion shortens transitions, it does not end them.
    probe.style.setProperty('transition', 'none', 'important');
    probe.style.color = `var(--${token})`;
    return probe;
  });
  // All at once: the browser works out the styles of the page for the first that is asked.
  holder.append(...probes);
  const colours = Object.fromEntries(
    tokens.map((token, index) => [token, getComputedStyle(probes[index] as HTMLElement).color]),
  );
  for (const probe of probes) probe.remove();
  return colours as Record<Token, string>;
}

/** An axis in the quiet colours of the page. */
export const quietAxis = (colours: { readonly faint: string; readonly line: string }): uPlot.Axis => ({
  stroke: colours.faint,
  font: CHART_FONT,
  grid: { stroke: colours.line, width: 1 },
  ticks: { show: false },
  gap: 6,
});

/**
 * uPlot asks `Intl` for `navigator.language` while it loads, and throws where that is not a language tag
 * (`en-US@posix` under LANG=C): such a browser gets English instead of no application.
 */
export function mendLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
  }
}
