import { join } from 'node:path';
import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { OverrideFile } from './model.ts';

export type OverrideReading = {
  readonly directory: string;
  readonly readText: (file: string) => string | undefined;
};

/** `config/global/<file>`, `config/<service>/<file>`, `config/<service>/<host>/<file>`: what is there, lowest first. */
export function overridesOf(
  reading: OverrideReading,
  [service, file, host]: readonly [string, string, string],
): readonly OverrideFile[] {
  const config = join(reading.directory, 'config');
  const paths = [
    join(config, 'global', file),
    join(config, service, file),
    join(config, service, host, file),
  ];
  return paths.flatMap((path) => {
    const text = reading.readText(path);
    return text === undefined ? [] : [{ file: path, text }];
  });
}

/** What overrides may be for. */
export type OverrideNames = {
  /** The names of the configuration files of each service. */
  readonly configs: ReadonlyMap<string, readonly string[]>;
  readonly hosts: readonly string[];
};

/**
 * A problem for each file below `config/` that overrides nothing, so that a misspelled name is not silently without
 * effect. `files` are paths below `config/`; hidden files and READMEs are no overrides.
 */
export function uselessOverrides(
  directory: string,
  files: readonly string[],
  names: OverrideNames,
): Problem[] {
  const overrides = files.filter((file) => !/(?:^|\/)(?:\.|README)/i.test(file));
  return overrides.flatMap((file) => {
    const at: SourcePosition = { file: join(directory, 'config', file), line: 1, column: 1 };
    const wrong = wrongPlace(file.split('/'), names);
    return wrong
      ? [problem('E_SITE_OVERRIDE', `${wrong.message}, so this overrides nothing`, { at, hint: wrong.hint })]
      : [];
  });
}

type Wrong = { readonly message: string; readonly hint: string };

function wrongPlace(path: readonly string[], { configs, hosts }: OverrideNames): Wrong | undefined {
  const [service = '', second = '', third] = path;
  const all = [...new Set([...configs.values()].flat())];
  if (path.length === 1) {
    const hint = 'it belongs into config/SERVICE/, or config/global/ for every service';
    return { message: `"${service}" stands in no directory of a service`, hint };
  }
  const own = service === 'global' ? all : configs.get(service);
  if (!own) {
    const known = ['global', ...configs.keys()];
    return { message: `there is no service "${service}"`, hint: didYouMean(service, known) };
  }
  const isForHost = third !== undefined && !own.includes(path.slice(1).join('/'));
  if (isForHost && service === 'global')
    return { message: 'config/global has no hosts', hint: 'use config/SERVICE/HOST/' };
  if (isForHost && !hosts.includes(second)) {
    return { message: `the inventory has no host "${second}"`, hint: didYouMean(second, hosts) };
  }
  const name = path.slice(isForHost ? 2 : 1).join('/');
  if (own.includes(name)) return undefined;
  const whose = service === 'global' ? 'no service has' : `the service "${service}" has no`;
  return { message: `${whose} file "${name}"`, hint: didYouMean(name, own) };
}
