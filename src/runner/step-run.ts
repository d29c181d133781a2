import { UserError } from '../lib/errors.ts';
import type { ExecResult } from '../lib/ports.ts';
import type { StepBody } from '../pipeline/model.ts';
import { type Attempt, stepHost } from './attempt.ts';
import { connectHost, lostConnection } from './connections.ts';
import { haltText } from './halt.ts';
import { runScript } from './script.ts';
import type { BodyEnd } from './state.ts';
import { handleCommand } from './step-commands.ts';
import { eventError } from './step-error.ts';
import { readStepFiles, type StepFileTexts, type StepFileValues } from './step-files.ts';
import { createStepOutput } from './step-output.ts';
import { stepVariables } from './step-variables.ts';

type RunBody = StepBody & { kind: 'run' };

/** Performs a `run` step over the connection of its host. */
export async function performScript(attempt: Attempt, body: RunBody): Promise<BodyEnd> {
  const { holder, step, scope, ref, signal } = attempt;
  const { job } = holder;
  const { ports, masker } = job.run;
  const host = stepHost(attempt);
  const script = ports.evaluate.text(body.script, scope);
  const directory = body.workingDirectory ?? job.defaults.workingDirectory;
  const connection = await connectHost(job.run, host);
  const printed: Record<string, string> = {};
  const output = createStepOutput({
    masker,
    show: (stream, text) => ports.emit({ type: 'step.output', stream, text, ...ref }),
    command: (command) => handleCommand(command, { emit: ports.emit, ref, masker, outputs: printed }),
  });
  job.run.labels += 1;
  const request = {
    script,
    shell: body.shell ?? job.defaults.shell,
    env: { ...stepVariables(attempt, host), ...holder.env, ...job.env, ...attempt.env },
    path: job.path,
    workingDirectory: directory && ports.evaluate.text(directory, scope),
    at: step.at,
    label: `step-${job.run.labels}`,
    output: (stream: 'stdout' | 'stderr', chunk: Buffer) => {
      output.write(stream, chunk);
      return ports.ready?.();
    },
    signal,
    graceMs: job.run.graceMs,
  };
  const { result, files } = await runScript(connection, request, ports);
  output.end();
  if (result.ended === 'lost') job.run.connections.delete(host ?? '');
  return settle(attempt, body, { result, files, printed, host });
}

type Ended = {
  readonly result: ExecResult;
  readonly files: StepFileTexts;
  readonly printed: Readonly<Record<string, string>>;
  readonly host: string | undefined;
};

function settle(attempt: Attempt, body: RunBody, { result, files, printed, host }: Ended): BodyEnd {
  const outcome = outcomeOf(result);
  try {
    const values = readStepFiles(files);
    takeValues(attempt, values);
    const outputs = { ...printed, ...values.outputs };
    const end = { outcome, outputs, changed: false };
    if (outcome === 'success') return { ...end, changed: hasChanged(attempt, body, outputs) };
    const error = eventError(endError(result, host, attempt));
    return { ...end, error, ...(result.ended === 'lost' && { unreachable: true }) };
  } catch (error) {
    return { outcome: 'failure', outputs: printed, changed: false, error: eventError(error) };
  }
}

function outcomeOf(result: ExecResult): BodyEnd['outcome'] {
  if (result.ended === 'cancelled') return 'cancelled';
  return result.ended === 'exited' && result.exitCode === 0 ? 'success' : 'failure';
}

function endError(result: ExecResult, host: string | undefined, { step, signal }: Attempt): UserError {
  if (result.ended === 'lost') return lostConnection(host);
  if (result.ended === 'cancelled')
    return new UserError('E_INTERRUPTED', `the script was ended: ${haltText(signal)}`);
  if (result.ended === 'timed-out')
    return new UserError('E_STEP_TIMEOUT', 'the step took too long', { at: step.at });
  const { exitCode } = result;
  const how =
    exitCode === undefined || exitCode === null
      ? `was ended by ${result.signal ?? 'a signal'}`
      : `ended with exit code ${exitCode}`;
  const hints: Record<number, string> = {
    126: 'a command of it could not be run: is it executable?',
    127: 'a command of it was not found on the host',
    137: 'it was killed, perhaps because memory ran out',
  };
  return new UserError('E_STEP_EXIT', `the script ${how}`, { at: step.at, hint: hints[exitCode ?? -1] });
}

function takeValues({ holder, ref }: Attempt, values: StepFileValues): void {
  const { job } = holder;
  const { emit } = job.run.ports;
  Object.assign(job.env, values.env);
  job.path.unshift(...values.path.toReversed());
  if (values.summary.trim() !== '') emit({ type: 'step.summary', text: values.summary, ...ref });
  for (const name of values.refused) {
    const message = `${name} may not be set through the environment file`;
    emit({ type: 'step.annotation', level: 'error', message, ...ref });
  }
}

function hasChanged(attempt: Attempt, body: RunBody, outputs: Readonly<Record<string, string>>): boolean {
  if (!body.changes) return false;
  const { holder, step, scope } = attempt;
  const here = { outputs, outcome: 'success', conclusion: 'success' };
  const contexts = { ...scope.contexts, steps: { ...holder.steps, [step.id]: here } };
  const changed = holder.job.run.ports.evaluate.condition(body.changes, { contexts, status: 'success' });
  if (changed) holder.job.run.changed += 1;
  return changed;
}
