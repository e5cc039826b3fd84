import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file by which a folder is known as a sample: what its history was made with. */
export const SAMPLE_RECORD_FILE = 'sample.json';

/** What `tieout.yaml` of a sample refers to: the sample's own sandbox takes the place of Stripe. */
export const SAMPLE_ENVIRONMENT: Readonly<Record<string, string>> = {
  TIEOUT_SAMPLE_KEY: 'rk_test_sample',
  TIEOUT_SAMPLE_URL: 'http://127.0.0.1:1',
};

export const isSample = (folder: string): boolean => existsSync(join(folder, SAMPLE_RECORD_FILE));
