/** The words for monitors that come from elsewhere, or go there. */
import { Option } from 'commander';
import { IMPORT_FORMATS, isChannelName } from '../../core/import/index.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Wiring } from '../wiring.ts';
import { exportAll } from './get.ts';
import { importFile, type ImportOptions } from './import.ts';

/** @throws CliError for what no channel is called */
function parseChannel(text: string): string {
  if (isChannelName(text)) return text;
  throw new CliError(
    EXIT.usage,
    `--channel ${JSON.stringify(text)}: is no name of a channel: lower case letters, digits and hyphens`,
  );
}

export function addExchange({ program, does }: Wiring): void {
  program
    .command('export')
    .description('write all monitors and channels as YAML that apply and import take again')
    .action(does((context) => exportAll(context)));
  program
    .command('import')
    .description('create monitors from a file of another program, and say what stays behind')
    .argument('<file>', 'a backup or job file, or - for standard input')
    .addOption(
      new Option('--from <program>', 'whose file it is; found out when absent').choices(
        IMPORT_FORMATS,
      ),
    )
    .option('--dry-run', 'say what would happen, change nothing')
    .addOption(
      new Option(
        '--channel <name>',
        'have the monitors tell this channel, as in duckmon get nch',
      ).argParser(parseChannel),
    )
    .option('-o, --output <folder>', 'write manifests into a folder instead of creating monitors')
    .action(
      does((context, file: string, options: ImportOptions) => importFile(context, file, options)),
    );
}
