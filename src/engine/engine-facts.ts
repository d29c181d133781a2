import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type {
  ContainerFact,
  ContainerHealth,
  ContainerState,
  ContainerStatus,
  RestartPolicy,
} from './port.ts';

/**
 * A row of the engine's list. Health and exit code stand only in its text for people (`Up 2 minutes (healthy)`,
 * `Exited (1) 5 seconds ago`); source: moby, `container/state.go`, `State.String`.
 */
export function containerFact(info: ContainerInfo): ContainerFact {
  const exit = /^(?:Exited|Restarting) \((-?\d+)\)/.exec(info.Status)?.[1];
  return {
    id: info.Id,
    name: nameOf(info.Names),
    image: info.Image,
    imageId: info.ImageID,
    status: info.State as ContainerStatus,
    health: healthIn(info.Status),
    createdAtMs: info.Created * 1000,
    labels: info.Labels ?? {},
    ...(exit !== undefined && { exitCode: Number(exit) }),
  };
}

/** What `inspect` says, the parts that we use. */
export function containerState(said: ContainerInspectInfo): ContainerState {
  const { State: state } = said;
  const health = state.Health?.Status;
  const output = state.Health?.Log?.at(-1)?.Output?.trim();
  return {
    id: said.Id,
    name: said.Name.replace(/^\//, ''),
    status: state.Status as ContainerStatus,
    health: isHealth(health) ? health : 'none',
    exitCode: state.ExitCode,
    restartCount: said.RestartCount,
    startedAt: state.StartedAt,
    createdAtMs: Date.parse(said.Created),
    error: state.Error,
    outOfMemory: state.OOMKilled,
    restartPolicy: (said.HostConfig.RestartPolicy?.Name || 'no') as RestartPolicy,
    imageId: said.Image,
    labels: said.Config.Labels ?? {},
    ...(output !== undefined && output !== '' && { healthOutput: output }),
  };
}

/** The names of legacy links hold a further slash. */
function nameOf(names: readonly string[]): string {
  const own = names.find((name) => !name.slice(1).includes('/')) ?? names[0] ?? '';
  return own.replace(/^\//, '');
}

function healthIn(status: string): ContainerHealth {
  if (status.includes('(healthy)')) return 'healthy';
  if (status.includes('(unhealthy)')) return 'unhealthy';
  return status.includes('(health: starting)') ? 'starting' : 'none';
}

function isHealth(text: string | undefined): text is ContainerHealth {
  return text === 'healthy' || text === 'unhealthy' || text === 'starting';
}
