import {
  applyOneShot,
  containerLogs,
  execInContainer,
  type OneShotPlan,
  observeHost,
  planOneShot,
} from '../../src/engine/index.ts';
import type { OneShotSpec } from '../../src/lib/container-spec.ts';
import { makeOneShot, makeSpec } from '../helpers/container-specs.ts';
import { type LiveEngine, livePorts, openLiveEngine, whyNotLive } from '../helpers/live-engine.ts';
import { assert, suite, throwsCode } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live: one-shots, exec and logs');

let live: LiveEngine;

/** A database's schema is a file on a volume; each run adds a line to another. */
function migrate(
  draft: Partial<OneShotSpec> = {},
  script = 'echo run >> /data/runs; touch /data/schema',
): OneShotSpec {
  const spec = makeSpec({
    site: live.site,
    host: 'here',
    container: 'db-sync',
    name: `${live.site}-db-sync`,
    image: { reference: live.image, id: live.imageId },
    files: { 'app.conf': 'one\n' },
    options: { command: ['sh', '-c', script], restart: 'no', volumes: [`${live.site}-db:/data`] },
  });
  return makeOneShot({ spec, done: ['test', '-e', '/data/schema'], ...draft });
}

async function plan(oneShot: OneShotSpec): Promise<OneShotPlan> {
  return planOneShot(oneShot, await observeHost(live.engine, { site: live.site }));
}

async function run(oneShot: OneShotSpec): Promise<boolean> {
  return (await applyOneShot(live.engine, await plan(oneShot), livePorts())).changed;
}

/** What is on the volume, read through a container of its own. */
async function runs(): Promise<string> {
  const said: string[] = [];
  const look = { ...migrate({}, 'cat /data/runs; rm -f /data/schema').spec, name: `${live.site}-look` };
  const oneShot = makeOneShot({ spec: look });
  const ports = { ...livePorts(), output: (_stream: string, text: string) => said.push(text) };
  await applyOneShot(live.engine, await plan(oneShot), ports);
  await live.engine.removeVolume(`slipway.done.${look.name}`);
  return said.join('');
}

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    live = await openLiveEngine('one-shot');
  });
  test.after(() => live.close());

  test('it runs once, is recorded, and costs two calls after', async () => {
    assert.is(await run(migrate()), true);
    const before = live.connection.calls();
    assert.is(await run(migrate()), false);
    assert.is(live.connection.calls() - before, 2);
  });

  test('a lost record is made again from what the data says', async () => {
    await live.engine.removeVolume(`slipway.done.${live.site}-db-sync`);
    assert.is(await run(migrate()), false);
    assert.is((await plan(migrate())).kind, 'none');
    assert.is(await runs(), 'run\n');
  });

  test('one that fails tells its exit code and log, and leaves no container', async () => {
    await live.engine.removeVolume(`slipway.done.${live.site}-db-sync`);
    const failing = migrate({}, 'echo cannot connect >&2; exit 4');
    const error = await throwsCode(() => run(failing), 'E_ONE_SHOT_FAILED');
    assert.match(error.message, 'ended with exit code 4');
    assert.match(error.message, 'cannot connect');
    const facts = await observeHost(live.engine, { site: live.site });
    assert.is(
      [...facts.containers.keys()].some((name) => name.startsWith(live.site)),
      false,
    );
  });

  test('commands run in a container with their output, exit code, input and time-out', async () => {
    const { engine, site, image } = live;
    const name = `${site}-shell`;
    const id = await engine.createContainer(name, {
      Image: image,
      Cmd: ['sh', '-c', 'echo first; echo second >&2; sleep 0.2; echo third; while :; do sleep 1; done'],
      Labels: { 'slipway.site': site, 'slipway.role': 'service' },
      StopTimeout: 0,
    });
    const stopped = await throwsCode(
      () => execInContainer(engine, name, { argv: ['true'] }),
      'E_CONTAINER_NOT_RUNNING',
    );
    assert.match(stopped.message, 'does not run');
    await engine.startContainer(id);
    const end = await execInContainer(engine, name, {
      argv: ['sh', '-c', 'cat; echo err >&2; exit 5'],
      stdin: 'in',
    });
    assert.equal(end, { exitCode: 5, stdout: 'in', stderr: 'err\n' });
    const many = await execInContainer(engine, name, { argv: ['sh', '-c', 'head -c 300000 /dev/zero'] });
    assert.is(many.stdout.length, 256 * 1024);
    await throwsCode(
      () => execInContainer(engine, name, { argv: ['sleep', '20'], timeoutMs: 300 }),
      'E_EXEC_TIMEOUT',
    );
    await throwsCode(() => execInContainer(engine, 'nobody', { argv: ['true'] }), 'E_CONTAINER_NOT_RUNNING');
  });

  test('logs are read by stream, by their last lines, and followed until told to stop', async () => {
    const { engine, site } = live;
    const name = `${site}-shell`;
    const read = async (tail?: number) => {
      const texts = { stdout: '', stderr: '' };
      await containerLogs(engine, name, {
        output: (stream, chunk) => {
          texts[stream] += chunk.toString('utf8');
        },
        ...(tail !== undefined && { tail }),
      });
      return texts;
    };
    assert.equal(await read(), { stdout: 'first\nthird\n', stderr: 'second\n' });
    assert.equal(await read(1), { stdout: 'third\n', stderr: '' });
    const controller = new AbortController();
    let seen = 0;
    await containerLogs(engine, name, {
      follow: true,
      signal: controller.signal,
      output: () => {
        seen += 1;
        if (seen === 3) controller.abort();
      },
    });
    assert.is(seen, 3);
  });
}
