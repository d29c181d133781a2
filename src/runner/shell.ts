import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';

/** How a script's file is run: the first of `programs` that is there, with `args` in which `{0}` is the file. */
export type ShellCommand = {
  readonly programs: readonly { readonly name: string; readonly args: readonly string[] }[];
  readonly extension: string;
};

/**
 * The command of a `shell:` key. None given is `bash -e` (`sh -e` without bash); `bash` is
 * `bash --noprofile --norc -eo pipefail`; anything with `{0}` is a command of its own. Source: GitHub Docs, "Workflow
 * syntax", `jobs.<job_id>.steps[*].shell`. Throws E_STEP_SHELL.
 */
export function shellCommand(shell: string | undefined, at?: SourcePosition): ShellCommand {
  const own = (name: string, ...args: string[]) => ({ name, args: [...args, '{0}'] });
  switch (shell?.trim()) {
    case undefined:
    case '':
      return { programs: [own('bash', '-e'), own('sh', '-e')], extension: '.sh' };
    case 'bash':
      return { programs: [own('bash', '--noprofile', '--norc', '-eo', 'pipefail')], extension: '.sh' };
    case 'sh':
      return { programs: [own('sh', '-e')], extension: '.sh' };
    case 'python':
      return { programs: [own('python'), own('python3')], extension: '.py' };
    case 'pwsh':
      return { programs: [{ name: 'pwsh', args: ['-command', ". '{0}'"] }], extension: '.ps1' };
    default:
      return ownCommand(shell ?? '', at);
  }
}

function ownCommand(shell: string, at: SourcePosition | undefined): ShellCommand {
  const words = splitWords(shell);
  const [name, ...args] = words;
  if (name === undefined || !args.some((word) => word.includes('{0}'))) {
    throw new UserError('E_STEP_SHELL', `"${shell}" is not a shell`, {
      at,
      hint: 'write bash, sh, python or pwsh, or a command with {0} in the place of the script, such as "perl {0}"',
    });
  }
  return { programs: [{ name, args }], extension: '' };
}

function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
