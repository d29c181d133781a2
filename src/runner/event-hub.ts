import type { Clock } from '../lib/clock.ts';
import type { Emit, EventBody, Reporter, SlipwayEvent } from '../lib/events.ts';
import type { Masker } from './masker.ts';

/** Where events are made: stamped, masked, then given to every subscriber in order. */
export type EventHub = {
  readonly emit: Emit;
  readonly close: () => Promise<void>;
};

/**
 * Makes the `emit` of a run. A reporter that throws is dropped and told of by `onBroken`; the run goes on. Names that
 * stand in pipeline and inventory files (stage, step, host, service) stay as they are, all other text is masked.
 */
export function createEventHub(options: {
  readonly clock: Clock;
  readonly masker: Masker;
  readonly reporters: readonly Reporter[];
  readonly onBroken?: (error: unknown) => void;
}): EventHub {
  const live = new Set(options.reporters);
  const guard = (reporter: Reporter, error: unknown) => {
    live.delete(reporter);
    options.onBroken?.(error);
  };
  return {
    emit: (body) => {
      const event = { time: options.clock.now(), ...maskEvent(body, options.masker) } as SlipwayEvent;
      for (const reporter of live) {
        try {
          reporter.receive(event);
        } catch (error) {
          guard(reporter, error);
        }
      }
    },
    close: async () => {
      for (const reporter of [...live]) {
        try {
          await reporter.close();
        } catch (error) {
          guard(reporter, error);
        }
      }
    },
  };
}

const keptKeys = new Set([
  'type',
  'time',
  'stage',
  'step',
  'host',
  'service',
  'kind',
  'stream',
  'runId',
  'code',
]);

function maskEvent(body: EventBody, masker: Masker): EventBody {
  return maskValue(body, masker) as EventBody;
}

function maskValue(value: unknown, masker: Masker): unknown {
  if (typeof value === 'string') return masker.mask(value);
  if (Array.isArray(value)) return value.map((one) => maskValue(one, masker));
  if (value === null || typeof value !== 'object') return value;
  const masked: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    masked[key] = keptKeys.has(key) && typeof one === 'string' ? one : maskValue(one, masker);
  }
  return masked;
}
