import { prepareBrowser } from './browser.ts';

/** Runs once before all suites. */
export default prepareBrowser;
