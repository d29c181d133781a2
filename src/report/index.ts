/** Subscribers of events: what people and machines see of a run. They only read. */
export { applyEvent } from './apply-event.ts';
export { jsonLinesReporter } from './json-lines.ts';
export { junitReporter, renderJunit } from './junit.ts';
export { type PlainOptions, plainReporter } from './plain.ts';
export { newRunModel, type RunModel } from './run-model.ts';
export { renderMarkdown, summarizeRun } from './summary.ts';
export { type TerminalOptions, terminalReporter } from './terminal.ts';
