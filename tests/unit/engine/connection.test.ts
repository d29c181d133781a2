import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine, type EngineConnection, engineOf } from '../../../src/engine/index.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('engine: connection');

let scratch = '';
let count = 0;
const open: (() => void)[] = [];

test.before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'slipway-engine-'));
});
test.after(() => {
  for (const close of open) close();
  rmSync(scratch, { recursive: true, force: true });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An engine that says what the test wants; paths and connections are kept. */
async function engineThat(answer: Answer, version: object = { ApiVersion: '1.43', MinAPIVersion: '1.12' }) {
  const paths: string[] = [];
  const ports = new Set<unknown>();
  const server: Server = createServer((request, response) => {
    paths.push(request.url ?? '');
    ports.add(request.socket);
    if (request.url?.endsWith('/version')) {
      response.end(JSON.stringify({ Version: '24.0.0', Os: 'linux', Arch: 'amd64', ...version }));
      return;
    }
    answer(request, response);
  });
  count += 1;
  const path = join(scratch, `${count}.sock`);
  await new Promise<void>((ready) => server.listen(path, ready));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const connect = async (options: { timeoutMs?: number; onCall?: (call: { what: string }) => void } = {}) => {
    const connection = await connectEngine({ kind: 'socket', path }, { host: 'h1', ...options });
    open.push(connection.close);
    return connection;
  };
  return { connect, paths, connections: () => ports.size };
}

const empty: Answer = (_request, response) => response.end('[]');
const list = (connection: EngineConnection) => engineOf(connection).listContainers();

test('the API version is asked for once and pinned', async () => {
  const { connect, paths } = await engineThat(empty);
  const connection = await connect();
  await list(connection);
  assert.equal(connection.version, {
    engine: '24.0.0',
    api: '1.43',
    pinnedApi: '1.43',
    os: 'linux',
    architecture: 'amd64',
    kernel: '',
  });
  assert.is(paths[0], '/version');
  assert.match(paths[1] ?? '', '/v1.43/containers/json');
});

test('a newer engine is spoken to in the newest version that we know', async () => {
  const { connect } = await engineThat(empty, { ApiVersion: '1.99', MinAPIVersion: '1.44' });
  assert.is((await connect()).version.pinnedApi, '1.51');
});

test('an engine that is too old or too new is refused with the versions', async () => {
  const old = await engineThat(empty, { ApiVersion: '1.40', MinAPIVersion: '1.12' });
  assert.match((await throwsCode(() => old.connect(), 'E_ENGINE_VERSION')).message, 'no newer API than 1.40');
  const young = await engineThat(empty, { ApiVersion: '1.99', MinAPIVersion: '1.60' });
  assert.match((await throwsCode(() => young.connect(), 'E_ENGINE_VERSION')).message, 'below 1.60');
});

test('calls are counted and told, and share a connection', async () => {
  const told: string[] = [];
  const { connect, connections } = await engineThat(empty);
  const connection = await connect({ onCall: ({ what }) => told.push(what) });
  await list(connection);
  await list(connection);
  assert.is(connection.calls(), 3);
  assert.equal(told, ['tell its version', 'list containers', 'list containers']);
  assert.is(connections(), 1);
});

test('an engine that does not answer in time is told', async () => {
  const { connect } = await engineThat(() => {});
  const connection = await connect({ timeoutMs: 50 });
  const error = await throwsCode(() => list(connection), 'E_ENGINE_TIMEOUT');
  assert.match(error.message, 'did not list containers');
});

test('an engine that goes away in the middle is unreachable, not a defect', async () => {
  const { connect } = await engineThat((request) => request.socket.destroy());
  const error = await throwsCode(async () => list(await connect()), 'E_ENGINE_UNREACHABLE');
  assert.match(error.message, 'was lost: cannot list containers');
});

test('a signal ends a call with its reason', async () => {
  const { connect } = await engineThat(() => {});
  const connection = await connect();
  const controller = new AbortController();
  const call = connection.call('wait', (docker, abortSignal) => docker.listContainers({ abortSignal }), {
    signal: controller.signal,
  });
  controller.abort(new Error('stop it'));
  let message = '';
  await call.catch((error: Error) => {
    message = error.message;
  });
  assert.is(message, 'stop it');
});

test('no socket is an unreachable engine with how to start it', async () => {
  const missing = { kind: 'socket', path: join(scratch, 'missing.sock') } as const;
  const error = await throwsCode(() => connectEngine(missing, { host: 'h1' }), 'E_ENGINE_UNREACHABLE');
  assert.match(error.hint ?? '', 'start it');
});

test('status, health and exit code are read from the list', async () => {
  const row = (Status: string, State: string) => ({
    Id: 'x',
    Names: ['/other/link', '/web'],
    Image: 'app',
    ImageID: 'sha256:1',
    Created: 1,
    Status,
    State,
  });
  const rows = [
    row('Up 2 minutes (healthy)', 'running'),
    row('Up 2 minutes (unhealthy)', 'running'),
    row('Up 1 second (health: starting)', 'running'),
    row('Up 1 second', 'running'),
    row('Exited (137) 3 seconds ago', 'exited'),
    row('Restarting (1) 3 seconds ago', 'restarting'),
  ];
  const { connect } = await engineThat((_request, response) => response.end(JSON.stringify(rows)));
  const facts = await list(await connect());
  assert.equal(
    facts.map((one) => one.health),
    ['healthy', 'unhealthy', 'starting', 'none', 'none', 'none'],
  );
  assert.equal(
    facts.map((one) => one.exitCode),
    [undefined, undefined, undefined, undefined, 137, 1],
  );
  assert.is(facts[0]?.name, 'web');
});
