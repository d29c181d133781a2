import { UserError } from '../lib/errors.ts';
import type { ContainerExec, ContainerExecResult, Engine, LogRequest } from './port.ts';

/**
 * Runs a command in a container by its name; resolves whatever its exit code. Throws E_CONTAINER_NOT_RUNNING and
 * E_EXEC_TIMEOUT.
 */
export async function execInContainer(
  engine: Engine,
  container: string,
  request: ContainerExec,
): Promise<ContainerExecResult> {
  try {
    return await engine.exec(container, request);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code !== 'E_ENGINE_NOT_FOUND' && error.code !== 'E_ENGINE_CONFLICT') throw error;
    const gone = error.code === 'E_ENGINE_NOT_FOUND';
    throw new UserError(
      'E_CONTAINER_NOT_RUNNING',
      `${engine.host}: ${request.argv[0]} cannot be run in ${container}: the container ${gone ? 'does not exist' : 'does not run'}`,
      { hint: 'deploy it first, or look at its log to see why it ended', cause: error },
    );
  }
}

/** Reads a container's log, the last lines or all, to its end or following it until the signal. */
export function containerLogs(engine: Engine, container: string, request: LogRequest): Promise<void> {
  return engine.readLogs(container, request);
}
