import type { EventBody } from '../../src/lib/events.ts';

/** An event of a run as a short line, for tests that compare lists of them; undefined for those of no interest. */
export function renderEvent(event: EventBody): string | undefined {
  switch (event.type) {
    case 'stage.started':
      return `stage ${event.stage} (${event.jobs})`;
    case 'stage.finished':
      return `stage ${event.stage}: ${ending(event)}`;
    case 'job.started':
      return `job ${event.job}`;
    case 'job.finished':
      return `job ${event.job}: ${ending(event)}${event.unreachable ? ' UNREACHABLE' : ''}`;
    case 'step.finished': {
      const changed = event.changed ? ' changed' : '';
      const error = event.error ? ` !${event.error.code ?? event.error.message}` : '';
      return `step ${event.job} ${event.step}: ${ending(event)}${changed}${error}`;
    }
    case 'step.output':
      return `out ${event.job} ${event.step}: ${event.text}`;
    case 'step.progress':
      return `progress ${event.job} ${event.step}: ${event.text}`;
    case 'step.annotation':
      return `${event.level} ${event.job} ${event.step}: ${event.message}`;
    case 'change.applied':
      return `change ${event.change.kind} ${event.change.target} on ${event.change.host}`;
    case 'run.cancelling':
      return 'cancelling';
    case 'run.finished':
      return `run: ${event.conclusion} exit ${event.exitCode} changed ${event.changed}`;
    default:
      return undefined;
  }
}

function ending(event: {
  readonly outcome: string;
  readonly conclusion: string;
  readonly reason?: string;
}): string {
  const how = event.outcome === event.conclusion ? event.outcome : `${event.outcome} -> ${event.conclusion}`;
  return event.reason === undefined ? how : `${how} (${event.reason})`;
}
