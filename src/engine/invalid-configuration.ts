import type { ConfigFile, ContainerSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';

/**
 * The error of a configuration that the service's own check refused: at our template's line where the program names
 * one of its own. `output` holds what the program printed.
 */
export function invalidConfiguration(
  spec: ContainerSpec,
  output: readonly string[],
  exitCode: number | undefined,
): UserError {
  const found = findPlace(spec.files, output);
  const said = output.map((line) => `  ${line.trimEnd()}`).join('\n');
  const place = found?.at ? '' : (found?.text ?? '');
  const end = exitCode === undefined ? 'did not end in time' : `refused it (exit code ${exitCode})`;
  return new UserError(
    'E_CONFIG_INVALID',
    `${spec.host}: the new configuration of ${spec.container} is not valid${place}: its own check ${end}${said === '' ? '' : `:\n${said}`}`,
    { at: found?.at, hint: 'nothing that runs was touched; mend the template or the override and run again' },
  );
}

type Place = { readonly at: SourcePosition | undefined; readonly text: string };

/** The first line of the output that names a line of one of the files, an error before a mere warning. */
function findPlace(files: readonly ConfigFile[], output: readonly string[]): Place | undefined {
  const sorted = [...output].sort((a, b) => weight(a) - weight(b));
  for (const line of sorted) {
    const place = placeIn(line, files);
    if (place) return place;
  }
  return undefined;
}

function weight(line: string): number {
  if (/alert|error|fatal|emerg/i.test(line)) return 0;
  return /warning|notice/i.test(line) ? 2 : 1;
}

/** `[/etc/haproxy/haproxy.cfg:12]`, `(/etc/keepalived/keepalived.conf: Line 12)`, `(Line 12)`, `file.conf:12:3`. */
function placeIn(line: string, files: readonly ConfigFile[]): Place | undefined {
  const named = /([^\s[\]()'":]+)\s*[:,]\s*(?:[Ll]ine\s+)?(\d+)/g;
  for (const [, path = '', number = ''] of line.matchAll(named)) {
    const file = fileOf(path, files);
    if (file) return placeOf(file, Number(number));
  }
  const bare = /\b[Ll]ine\s+(\d+)/.exec(line)?.[1];
  const candidates = files.filter((file) => file.path !== 'config.json');
  const only = candidates.length === 1 ? candidates[0] : undefined;
  return bare !== undefined && only ? placeOf(only, Number(bare)) : undefined;
}

function fileOf(path: string, files: readonly ConfigFile[]): ConfigFile | undefined {
  const base = path.split('/').at(-1) ?? '';
  return (
    files.find((file) => path.endsWith(`/${file.path}`)) ??
    files.find((file) => base !== '' && file.path.split('/').at(-1) === base)
  );
}

function placeOf(file: ConfigFile, line: number): Place {
  return { at: file.origin?.(line - 1), text: ` (${file.path}, line ${line})` };
}
