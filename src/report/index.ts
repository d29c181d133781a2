/** Subscribers of events: what people and machines see of a run. They only read. */
export { jsonLinesReporter } from './json-lines.ts';
