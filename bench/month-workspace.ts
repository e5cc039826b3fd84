import type { Config } from '../main/config/config.ts';
import { openWorkspaceFolder, readConfig, type WorkspaceFolder } from '../main/config/workspace.ts';

/** Nothing is asked of either source, so any values will do. */
export const ENVIRONMENT = { CLICKHOUSE_PASSWORD: 'unused', STRIPE_API_KEY: 'rk_test_unused' };

/** A made month, without the rest of the program that opening a workspace brings along. */
export function openMonth(folder: string): { readonly paths: WorkspaceFolder; readonly config: Config } {
  const paths = openWorkspaceFolder(folder);
  return { paths, config: readConfig(paths, ENVIRONMENT) };
}
