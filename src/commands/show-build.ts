import type { ImageResult } from '../lib/events.ts';

/** The results of a build for people: one line an image, and beneath a failed one its step and the end of its log. */
export function buildText(results: readonly ImageResult[]): string {
  const width = Math.max(...results.map((result) => result.reference.length), 0);
  return results.flatMap((result) => [resultLine(result, width), ...failureLines(result)]).join('\n');
}

function resultLine(result: ImageResult, width: number): string {
  const facts = [
    result.status.padEnd(9),
    result.reference.padEnd(width),
    result.sizeBytes === undefined ? '' : sizeText(result.sizeBytes),
    result.registryDigest ?? '',
    result.because === undefined ? '' : `because of ${result.because}`,
  ];
  return facts
    .filter((fact) => fact !== '')
    .join('  ')
    .trimEnd();
}

function failureLines(result: ImageResult): string[] {
  if (result.status !== 'failed') return [];
  return [
    `  ${result.message ?? ''}`,
    ...(result.failedStep === undefined ? [] : [`  in ${result.failedStep}`]),
    ...(result.logTail ?? []).map((line) => `  | ${line}`),
    ...(result.logFile === undefined ? [] : [`  log: ${result.logFile}`]),
  ];
}

/** Megabytes, as the engine's own tools count them. */
export function sizeText(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`.padStart(8);
}
