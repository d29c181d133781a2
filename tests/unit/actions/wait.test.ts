import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findProblems } from '../../../src/actions/engine-check.ts';
import { matchesStatus } from '../../../src/actions/http-wait.ts';
import type { ActionContext } from '../../../src/actions/index.ts';
import { builtinActions, describeAction } from '../../../src/actions/index.ts';
import { readInputs } from '../../../src/runner/step-action.ts';
import { scaledClock } from '../../helpers/scaled-clock.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('waiting actions');
let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  response.statusCode = request.url === '/slow' && asked < 3 ? 503 : request.url === '/missing' ? 404 : 200;
  response.setHeader('x-subject-token', 'tok');
  response.end(`${request.method} ${request.url} as told`);
});
let port = 0;

test.before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
test.after(() => void server.close());

const context = {
  clock: scaledClock(),
  signal: new AbortController().signal,
  host: undefined,
  progress: () => undefined,
  output: () => undefined,
} as unknown as ActionContext;

async function perform(name: string, given: Record<string, unknown>) {
  const action = builtinActions.get(name);
  if (!action) throw new Error(name);
  const inputs = readInputs(action, given, () => ({ file: 'p.yml', line: 1, column: 1 }));
  const plan = await action.plan(context, inputs);
  return action.apply(context, plan);
}

test('http waits until the answer is as expected, and gives it', async () => {
  asked = 0;
  const { outputs } = await perform('slipway/http', {
    url: `http://127.0.0.1:${port}/slow`,
    status: 200,
    'timeout-seconds': 3600,
  });
  assert.is(asked, 3);
  assert.is(outputs['status'], '200');
  assert.is(JSON.parse(outputs['headers'] ?? '')['x-subject-token'], 'tok');
});

test('http once is an assertion with what was answered', async () => {
  const given = { url: `http://127.0.0.1:${port}/missing`, 'timeout-seconds': '0' };
  const error = await throwsCode(() => perform('slipway/http', given), 'E_HTTP_ANSWER');
  assert.match(error.message, /answered 404, expected 200-399/);
  assert.match(error.hint ?? '', /GET \/missing as told/);
  await throwsCode(
    () => perform('slipway/http', { ...given, status: 404, contains: 'absent' }),
    'E_HTTP_ANSWER',
  );
});

test('http to nobody says so, and hides a password', async () => {
  const given = { url: 'http://user:pass@127.0.0.1:1/x', 'timeout-seconds': 0 };
  const error = await throwsCode(() => perform('slipway/http', given), 'E_HTTP_UNREACHABLE');
  assert.not.match(error.message, /pass/);
  await throwsCode(() => perform('slipway/http', { url: 'ftp://x', 'timeout-seconds': 0 }), 'E_HTTP_URL');
});

test('tcp waits for a port', async () => {
  await perform('slipway/tcp', { address: '127.0.0.1', port });
  await throwsCode(
    () => perform('slipway/tcp', { address: '127.0.0.1', port: 1, 'timeout-seconds': 0 }),
    'E_TCP_UNREACHABLE',
  );
});

test('inputs that are wrong, missing or unknown are named', async () => {
  const wrong = await throwsCode(
    () => perform('slipway/tcp', { address: 'x', port: 'many' }),
    'E_ACTION_INPUT',
  );
  assert.match(wrong.message, /input "port"/);
  const missing = await throwsCode(() => perform('slipway/http', {}), 'E_ACTION_INPUT');
  assert.match(missing.message, /needs the input "url"/);
  await throwsCode(() => perform('slipway/assert', { that: true, message: 'm', extra: 1 }), 'E_ACTION_INPUT');
});

test('statuses are codes and ranges', async () => {
  assert.ok(matchesStatus(204, '200, 204'));
  assert.ok(matchesStatus(301, '200-399'));
  assert.not.ok(matchesStatus(404, '200-399'));
  await throwsCode(() => matchesStatus(200, 'ok'), 'E_ACTION_INPUT');
});

test('an engine that copies images, has no cgroups or too little memory is not fit', () => {
  const good = { storage: 'overlay2', cgroups: '2', memoryBytes: 8e9 };
  assert.equal(findProblems(good, { 'memory-mb': 4000 }), []);
  assert.is(
    findProblems({ storage: 'vfs', cgroups: 'none', memoryBytes: 1e9 }, { 'memory-mb': 4000 }).length,
    3,
  );
});

test('every action describes its inputs for those who read pipelines', () => {
  const http = builtinActions.get('slipway/http');
  const described = http && describeAction(http);
  assert.equal(described?.inputs[0], { name: 'url', required: true });
  assert.ok(described?.inputs.slice(1).every((input) => !input.required));
});
