import type { ImageResult, Reporter } from '../lib/events.ts';
import { applyEvent } from './apply-event.ts';
import { jobPlace } from './format.ts';
import { type JobModel, newRunModel, type RunModel, type StageModel, type StepModel } from './run-model.ts';

/**
 * A JUnit report, given to `write` once, at the end: a suite a stage, a test a step, `classname` is `stage.host`. A
 * build is one suite with a test an image.
 */
export function junitReporter(write: (xml: string) => void): Reporter {
  const model = newRunModel();
  const images: ImageResult[] = [];
  return {
    receive: (event) => {
      applyEvent(model, event);
      if (event.type === 'image.finished') images.push(event);
    },
    close: () => write(renderJunit(model, images)),
  };
}

type Case = {
  readonly classname: string;
  readonly name: string;
  readonly durationMs: number;
  readonly body: string;
  readonly state: 'ok' | 'failure' | 'skipped';
};

/** The XML of a run and of a build. */
export function renderJunit(model: RunModel, images: readonly ImageResult[]): string {
  const suites = [...model.stages.values()]
    .filter((stage) => stage.jobs.size > 0 || stage.state === 'skipped' || stage.state === 'failure')
    .map((stage) => renderSuite(stage.stage, stageCases(stage)));
  if (images.length > 0) suites.push(renderSuite('build', images.map(imageCase)));
  const name = escapeXml(model.pipeline || 'slipway');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function stageCases(stage: StageModel): readonly Case[] {
  const cases = [...stage.jobs.values()].flatMap((job) => jobCases(stage, job));
  if (stage.jobs.size > 0) return cases;
  const reason = stage.reason ?? '';
  const own = { classname: dotted(stage.stage, ''), name: stage.stage, durationMs: stage.durationMs };
  if (stage.state === 'failure') return [{ ...own, state: 'failure', body: failure(reason, reason) }];
  return [{ ...own, state: 'skipped', body: skipped(reason) }];
}

function jobCases(stage: StageModel, job: JobModel): readonly Case[] {
  const classname = dotted(stage.stage, jobPlace(job.ref));
  const steps = [...job.steps.values()].map((step) => stepCase(classname, step));
  const told = [...job.steps.values()].some((step) => step.state === 'failure');
  const own = { classname, name: job.ref.job, durationMs: job.durationMs };
  if (job.state === 'failure' && !told) {
    const reason = job.reason ?? 'the job failed';
    return [...steps, { ...own, state: 'failure', body: failure(reason, reason) }];
  }
  if (job.state === 'skipped' && steps.length === 0)
    return [{ ...own, state: 'skipped', body: skipped(job.reason ?? '') }];
  return steps;
}

function stepCase(classname: string, step: StepModel): Case {
  const own = { classname, name: step.name, durationMs: step.durationMs };
  if (step.state === 'failure' || step.state === 'cancelled') {
    const message = step.error?.message ?? `the step was ${step.state}`;
    const hint = step.error?.hint === undefined ? '' : `\nhint: ${step.error.hint}`;
    const output = step.tail.length === 0 ? '' : `\n\n${step.tail.join('\n')}`;
    const type = step.error?.code ?? step.state;
    return { ...own, state: 'failure', body: failure(message, `${message}${hint}${output}`, type) };
  }
  if (step.state === 'skipped') return { ...own, state: 'skipped', body: skipped(step.reason ?? '') };
  return { ...own, state: 'ok', body: '' };
}

function imageCase(image: ImageResult): Case {
  const own = { classname: 'build', name: image.image, durationMs: image.durationMs };
  if (image.status === 'failed') {
    const message = image.message ?? 'the build failed';
    const log = (image.logTail ?? []).join('\n');
    return { ...own, state: 'failure', body: failure(message, `${image.failedStep ?? ''}\n${log}`) };
  }
  if (image.status === 'skipped' || image.status === 'cancelled') {
    return { ...own, state: 'skipped', body: skipped(image.because ?? image.status) };
  }
  return { ...own, state: 'ok', body: '' };
}

function renderSuite(name: string, cases: readonly Case[]): string {
  const number = (state: Case['state']) => cases.filter((one) => one.state === state).length;
  const time = cases.reduce((sum, one) => sum + one.durationMs, 0) / 1000;
  const head = `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${number('failure')}" skipped="${number('skipped')}" time="${time.toFixed(3)}">`;
  return [head, ...cases.map(renderCase), '  </testsuite>'].join('\n');
}

function renderCase(one: Case): string {
  const open = `    <testcase classname="${escapeXml(one.classname)}" name="${escapeXml(one.name)}" time="${(one.durationMs / 1000).toFixed(3)}"`;
  return one.body === '' ? `${open}/>` : `${open}>${one.body}</testcase>`;
}

function failure(message: string, text: string, type = 'failure'): string {
  const head = escapeXml(message.split('\n')[0] ?? '');
  return `<failure message="${head}" type="${escapeXml(type)}">${escapeXml(text)}</failure>`;
}

function skipped(reason: string): string {
  return reason === '' ? '<skipped/>' : `<skipped message="${escapeXml(reason)}"/>`;
}

function dotted(stage: string, place: string): string {
  return place === '' ? stage : `${stage}.${place.replaceAll(' ', '.')}`;
}

/** Text for XML 1.0: escaped, without the characters that it cannot hold. */
export function escapeXml(text: string): string {
  const allowed = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return allowed.replace(/[&<>"]/g, (character) => escapes[character] ?? '');
}
