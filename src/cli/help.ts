import type { Command, CommandEntry, CommandOption } from '../commands/index.ts';
import { globalOptions } from './parse.ts';

/** `slipway help`: what there is, a line each. */
export function renderHelp(commands: readonly CommandEntry[], version: string): string {
  const width = Math.max(...commands.map((one) => one.name.length));
  const rows = commands.map((one) => `  ${one.name.padEnd(width)}  ${one.summary}`);
  return [
    `slipway ${version}: builds container images of services and deploys them with stage pipelines`,
    '',
    'Usage: slipway COMMAND [ARGUMENT…] [OPTION…]',
    '',
    'Commands:',
    ...rows,
    '',
    'slipway help COMMAND shows the arguments, options and examples of one.',
  ].join('\n');
}

/** The commands of a group such as `images`. */
export function renderGroup(group: string, commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map((one) => one.name.length));
  const rows = commands.map((one) => `  slipway ${one.name.padEnd(width)}  ${one.summary}`);
  return [`slipway ${group} is one of:`, '', ...rows].join('\n');
}

/** `slipway help COMMAND`. */
export function renderCommandHelp(entry: CommandEntry, command: Command): string {
  const usage = (command.arguments ?? []).map((one) => {
    const name = one.many ? `${one.name}…` : one.name;
    return one.required ? ` ${name}` : ` [${name}]`;
  });
  const sections = [
    `slipway ${entry.name}: ${entry.summary}`,
    `Usage: slipway ${entry.name}${usage.join('')} [OPTION…]`,
    section('Arguments', table((command.arguments ?? []).map((one) => [one.name, one.summary]))),
    section('Options', table((command.options ?? []).map(optionRow))),
    section('Options of every command', table(globalOptions.map(optionRow))),
    section('Examples', table(command.examples.map((one) => [one.command, one.does]))),
  ];
  return sections.filter((one) => one !== undefined).join('\n\n');
}

function section(title: string, rows: readonly string[]): string | undefined {
  return rows.length === 0 ? undefined : [`${title}:`, ...rows].join('\n');
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function optionRow(option: CommandOption): readonly [string, string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const value = option.value === undefined ? '' : ` ${option.value}`;
  const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`;
  const many = option.many ? ' (may be repeated)' : '';
  return [`${short}--${option.name}${value}`, `${option.summary}${choices}${many}`];
}
