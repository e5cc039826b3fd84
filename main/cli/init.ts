import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { initWorkspace } from '../config/workspace.ts';
import { printJson, say } from './io.ts';

export const registerInit = (program: Command, { io }: Cli): Command =>
  program
    .command('init')
    .description('write a commented tieout.yaml')
    .argument('<dir>', 'the folder of the new workspace')
    .action(async (dir: string, options: { json?: boolean }) => {
      const workspace = initWorkspace(dir);
      if (options.json === true) {
        await printJson(io, { tieout: 1, kind: 'init', folder: workspace.folder, config: workspace.configFile });
        return;
      }
      await say(io, `Wrote ${workspace.configFile}.`);
      await say(io, `Fill it in, set the variables that it names, then: tieout check ${dir}`);
    });
