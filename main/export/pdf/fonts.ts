import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
const read = (name: string): Buffer => readFileSync(resolve(`@expo-google-fonts/inter/${name}.ttf`));

/** Inter as TrueType, of which a document embeds the glyphs that it uses. */
export const interFonts = () => ({
  regular: read('400Regular/Inter_400Regular'),
  bold: read('600SemiBold/Inter_600SemiBold'),
});
