import type { ContainerSpec } from '../lib/container-spec.ts';
import type { ApplyPorts } from './apply-ports.ts';
import { configDirectory, containerConfig } from './container-config.ts';
import { invalidConfiguration } from './invalid-configuration.ts';
import { namesOf } from './labels.ts';
import type { Engine } from './port.ts';
import { runToEnd } from './run-to-end.ts';
import { candidateDirectory } from './take-configuration.ts';

const timeoutMs = 60_000;

/**
 * Has a spec's own check look at its configuration in a throw-away container of the same image and options, before
 * anything that runs is touched. Throws E_CONFIG_INVALID.
 */
export async function checkConfiguration(
  engine: Engine,
  spec: ContainerSpec,
  ports: ApplyPorts,
): Promise<void> {
  const validate = spec.reload?.validate;
  if (!validate) return;
  const result = await runToEnd(
    engine,
    {
      name: namesOf(spec.name).check,
      config: containerConfig(spec, { role: 'check', command: validate, user: '0' }),
      files: spec.files,
      directories: [configDirectory, candidateDirectory],
      timeoutMs,
    },
    ports,
  );
  if (result.exitCode !== 0) throw invalidConfiguration(spec, result.log, result.exitCode);
}
