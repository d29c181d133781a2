import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyContainer,
  connectEngine,
  type Engine,
  engineOf,
  observeHost,
  planContainer,
} from '../../src/engine/index.ts';
import type { ContainerSpec } from '../../src/lib/container-spec.ts';
import { UserError } from '../../src/lib/errors.ts';
import { makeSpec } from '../helpers/container-specs.ts';
import { type Cut, cutSeed, sampleCuts } from '../helpers/cuts.ts';
import { startEngineProxy } from '../helpers/engine-proxy.ts';
import { type LiveEngine, livePorts, openLiveEngine, whyNotLive } from '../helpers/live-engine.ts';
import { assert, suite } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live: interrupted');

let live: LiveEngine;
let scratch = '';

function spec(container: string, how: ContainerSpec['onChange'], content: string): ContainerSpec {
  const script =
    'read_it() { cat /var/lib/kolla/config_files/app.conf > /tmp/read; }; trap read_it HUP; trap "exit 0" TERM; read_it; while :; do sleep 0.1; done';
  return makeSpec({
    site: live.site,
    host: 'here',
    container,
    name: `${live.site}-${container}`,
    image: { reference: live.image, id: live.imageId },
    onChange: how,
    reload: { activate: ['kolla_activate_configs'], signal: 'HUP' },
    files: { 'app.conf': content },
    options: { command: ['sh', '-c', script] },
  });
}

async function deploy(engine: Engine, one: ContainerSpec): Promise<string> {
  const plan = planContainer(one, await observeHost(engine, { site: live.site }));
  await applyContainer(engine, plan, livePorts());
  return plan.kind;
}

/** Deploys over a proxy that goes away at a call that changes something, and everything after it with it. */
async function deployCut(one: ContainerSpec, cut: Cut): Promise<{ readonly changes: number }> {
  const proxy = await startEngineProxy(join(scratch, `${cut.nth}-${cut.side}.sock`), socketOf(live));
  let closed: Promise<void> | undefined;
  const connection = await connectEngine({ kind: 'socket', path: proxy.socket }, { host: 'here' });
  proxy.strikeAt(cut, () => {
    closed = proxy.close();
  });
  try {
    await deploy(engineOf(connection), one);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'E_ENGINE_UNREACHABLE') throw error;
  } finally {
    connection.close();
    await (closed ?? proxy.close());
  }
  return { changes: proxy.changing() };
}

function socketOf({ endpoint }: LiveEngine): string {
  if (endpoint.kind !== 'socket') throw new Error('this test needs an engine behind a unix socket');
  return endpoint.path;
}

async function assertSettled(one: ContainerSpec, content: string, at: string): Promise<void> {
  const facts = await observeHost(live.engine, { site: live.site });
  const names = [...facts.containers.keys()].filter((name) => name.startsWith(one.name));
  assert.equal(names, [one.name], at);
  const state = await live.engine.inspectContainer(one.name);
  assert.is(state?.status, 'running', at);
  assert.is(state?.restartPolicy, 'unless-stopped', at);
  const read = await live.engine.exec(one.name, { argv: ['cat', '/tmp/read'] });
  assert.is(read.stdout, content, at);
  assert.is(planContainer(one, facts).kind, 'none', at);
}

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    live = await openLiveEngine('interrupted');
    scratch = mkdtempSync(join(tmpdir(), 'slipway-cut-'));
  });
  test.after(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await live.close();
  });

  for (const how of ['recreate', 'reload'] as const) {
    test(`a ${how} that is cut off anywhere ends well with the next run (seed ${cutSeed})`, async () => {
      await deploy(live.engine, spec(how, how, 'start\n'));
      const whole = await deployCut(spec(how, how, 'whole\n'), { nth: 1000, side: 'before' });
      await assertSettled(spec(how, how, 'whole\n'), 'whole\n', 'not cut');
      for (const [index, cut] of sampleCuts(whole.changes, 4).entries()) {
        const at = `seed ${cutSeed}: cut ${cut.side} change ${cut.nth}`;
        const before = index === 0 ? 'whole\n' : `${index - 1}\n`;
        await deployCut(spec(how, how, `${index}\n`), cut);
        if (index % 2 === 1) {
          await deploy(live.engine, spec(how, how, before));
          await assertSettled(spec(how, how, before), before, `${at}, then back`);
        }
        await deploy(live.engine, spec(how, how, `${index}\n`));
        await assertSettled(spec(how, how, `${index}\n`), `${index}\n`, at);
      }
    });
  }
}
