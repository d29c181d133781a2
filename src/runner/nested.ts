import type { StageBody } from '../pipeline/model.ts';
import type { JobRequest } from './job.ts';
import type { Frame, JobEnd } from './state.ts';

/** Performs the pipeline that a job uses, with inputs and secrets of its own. */
export async function performNested(
  request: JobRequest,
  body: StageBody & { kind: 'pipeline' },
): Promise<JobEnd> {
  const end = await request.frame.run.parts.performPipeline(nestedFrame(request, body));
  return {
    outcome: end.conclusion,
    conclusion: end.conclusion,
    outputs: end.outputs,
    ...(end.reason !== undefined && { reason: end.reason }),
  };
}

const ownContexts = new Set(['env', 'matrix', 'strategy', 'needs', 'stages', 'jobs', 'stage']);

/** The frame of the pipeline that a job uses; it is planned here where its inputs were not known before. */
export function nestedFrame(request: JobRequest, body: StageBody & { kind: 'pipeline' }): Frame {
  const { frame, job, ref, scope } = request;
  const { ports } = frame.run;
  const given: Record<string, unknown> = {};
  for (const [name, template] of Object.entries(body.with))
    given[name] = ports.evaluate.value(template, scope);
  const passed = Object.fromEntries(
    Object.entries(scope.contexts).filter(([name]) => !ownContexts.has(name)),
  );
  passed['secrets'] = nestedSecrets(request, body);
  const plan = job.inner ?? ports.planPipeline(body.pipeline, { inputs: given, contexts: passed });
  return {
    run: frame.run,
    plan,
    path: `${ref.stage}${job.key === '' ? '' : `/${job.key}`}/`,
    contexts: { ...passed, inputs: plan.inputs },
    caller: {
      ...frame.caller,
      ...(job.host !== undefined && { host: job.host }),
      ...(job.service !== undefined && { service: job.service }),
    },
    halt: request.halt,
    depth: frame.depth + 1,
  };
}

function nestedSecrets(request: JobRequest, body: StageBody & { kind: 'pipeline' }): unknown {
  const { frame, scope } = request;
  if (body.secrets === 'inherit') return scope.contexts['secrets'];
  const secrets: Record<string, string> = {};
  for (const [name, template] of Object.entries(body.secrets)) {
    const value = frame.run.ports.evaluate.text(template, scope);
    frame.run.masker.add(value);
    secrets[name] = value;
  }
  return secrets;
}
