import {
  applyContainer,
  type ContainerPlan,
  explainConfig,
  observeHost,
  planContainer,
} from '../../src/engine/index.ts';
import type { ContainerSpec } from '../../src/lib/container-spec.ts';
import { makeSpec, type SpecDraft } from '../helpers/container-specs.ts';
import { type LiveEngine, livePorts, openLiveEngine, whyNotLive } from '../helpers/live-engine.ts';
import { assert, suite, throwsCode } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live: reconcile');

/** Runs until it is told to stop, and re-reads its configuration on HUP. */
const service = [
  'sh',
  '-c',
  'trap "cat /var/lib/kolla/config_files/app.conf > /tmp/read" HUP; trap "exit 0" TERM; cat /var/lib/kolla/config_files/app.conf > /tmp/read; while :; do sleep 0.1; done',
];

let live: LiveEngine;
const spec = (draft: SpecDraft = {}): ContainerSpec => {
  const container = draft.container ?? 'web';
  return makeSpec({
    site: live.site,
    host: 'here',
    image: { reference: live.image, id: live.imageId },
    files: { 'app.conf': 'one\n' },
    proveTimeoutSeconds: 20,
    ...draft,
    container,
    name: `${live.site}-${container}`,
    options: { command: service, ...draft.options },
  });
};

async function plan(one: ContainerSpec): Promise<ContainerPlan> {
  return planContainer(one, await observeHost(live.engine, { site: live.site }));
}

async function apply(one: ContainerSpec): Promise<ContainerPlan> {
  const made = await plan(one);
  await applyContainer(live.engine, made, livePorts());
  return made;
}

async function printed(one: ContainerSpec, ...argv: string[]): Promise<string> {
  return (await live.engine.exec(one.name, { argv })).stdout;
}

async function names(): Promise<string[]> {
  const facts = await observeHost(live.engine, { site: live.site });
  return [...facts.containers.keys()].filter((name) => name.startsWith(live.site)).sort();
}

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    live = await openLiveEngine('reconcile');
  });
  test.after(() => live.close());

  test('a container is created with its configuration, proven, and left alone after', async () => {
    const one = spec();
    assert.is((await apply(one)).kind, 'create');
    assert.is(await printed(one, 'cat', '/tmp/read'), 'one\n');
    const state = await live.engine.inspectContainer(one.name);
    assert.is(state?.restartPolicy, 'unless-stopped');
    const before = live.connection.calls();
    const again = await plan(one);
    await applyContainer(live.engine, again, livePorts());
    assert.is(again.kind, 'none');
    assert.is(live.connection.calls() - before, 2);
  });

  test('a changed option replaces the container and names the option', async () => {
    const one = spec({ options: { env: { COLOR: 'red' } } });
    const made = await apply(one);
    assert.is(made.kind, 'replace');
    assert.equal(made.reasons, ['env COLOR is added']);
    assert.equal(await names(), [one.name]);
    assert.is(await printed(one, 'sh', '-c', 'echo $COLOR'), 'red\n');
  });

  test('a new container that ends at once is rolled back, with its exit code and log', async () => {
    const one = spec({ options: { command: ['sh', '-c', 'echo no database; exit 7'] } });
    const error = await throwsCode(() => apply(one), 'E_CONTAINER_ROLLED_BACK');
    assert.match(error.message, 'exit code was 7');
    assert.match(error.message, 'no database');
    const state = await live.engine.inspectContainer(one.name);
    assert.is(state?.status, 'running');
    assert.is(state?.restartPolicy, 'unless-stopped');
    assert.equal(await names(), [one.name]);
  });

  test('a program that is not there is rolled back too', async () => {
    const one = spec({ options: { command: ['/nowhere'] } });
    const error = await throwsCode(() => apply(one), 'E_CONTAINER_ROLLED_BACK');
    assert.match(error.message, 'could not be started');
  });

  test('a stopped container is started', async () => {
    const one = spec({ container: 'stopped' });
    await apply(one);
    await live.engine.stopContainer(one.name, 1);
    const made = await apply(one);
    assert.is(made.kind, 'start');
    assert.is((await plan(one)).kind, 'none');
  });

  test('a health check decides, and one that fails is quoted', async () => {
    const check = { intervalSeconds: 1, timeoutSeconds: 2, retries: 2, startPeriodSeconds: 0 };
    const well = spec({
      container: 'well',
      options: { healthcheck: { ...check, test: ['test', '-e', '/tmp/read'] } },
    });
    await apply(well);
    assert.is((await plan(well)).kind, 'none');
    const ill = spec({
      container: 'ill',
      proveTimeoutSeconds: 5,
      options: { healthcheck: { ...check, test: ['sh', '-c', 'echo port is shut; exit 1'] } },
    });
    const error = await throwsCode(() => apply(ill), 'E_CONTAINER_UNPROVEN');
    assert.match(error.message, 'port is shut');
  });

  test('a reload validates, activates, signals and records', async () => {
    const reload = {
      validate: ['grep', '-q', 'valid', '/var/lib/kolla/config_files.next/app.conf'],
      activate: ['kolla_activate_configs'],
      signal: 'HUP',
    };
    const draft = {
      container: 'reloading',
      onChange: 'reload',
      reload,
      files: { 'app.conf': 'valid 1\n' },
    } as const;
    await apply(spec(draft));
    const id = (await live.engine.inspectContainer(spec(draft).name))?.id;
    const second = spec({ ...draft, files: { 'app.conf': 'valid 2\n' } });
    const told = await explainConfig(live.engine, await plan(second));
    assert.equal(told.reasons, ['app.conf changes at line 1']);
    assert.is((await apply(second)).kind, 'reload');
    assert.is(await printed(second, 'cat', '/tmp/read'), 'valid 2\n');
    assert.is((await live.engine.inspectContainer(second.name))?.id, id);
    assert.is((await plan(second)).kind, 'none');
  });

  test('an invalid configuration touches nothing, when reloaded and when created', async () => {
    const reload = {
      validate: [
        'sh',
        '-c',
        'echo "[ALERT] parsing [/x/app.conf:2] : unknown word" >&2; grep -q valid /var/lib/kolla/config_files.next/app.conf',
      ],
      activate: ['kolla_activate_configs'],
      signal: 'HUP',
    };
    const draft = { container: 'reloading', onChange: 'reload', reload } as const;
    const bad = spec({ ...draft, files: { 'app.conf': 'bad\n' } });
    const error = await throwsCode(() => apply(bad), 'E_CONFIG_INVALID');
    assert.match(error.message, '(app.conf, line 2)');
    assert.is(await printed(bad, 'cat', '/tmp/read'), 'valid 2\n');
    const fresh = spec({ ...draft, container: 'fresh', files: { 'app.conf': 'bad\n' } });
    await throwsCode(() => apply(fresh), 'E_CONFIG_INVALID');
    assert.is((await names()).includes(fresh.name), false);
  });

  test('a restart takes the new configuration in the same container', async () => {
    const draft = { container: 'restarting', onChange: 'restart' } as const;
    await apply(spec(draft));
    const id = (await live.engine.inspectContainer(spec(draft).name))?.id;
    const second = spec({ ...draft, files: { 'app.conf': 'two\n' } });
    const made = await apply(second);
    assert.is(made.kind, 'restart');
    assert.is(await printed(second, 'cat', '/tmp/read'), 'two\n');
    assert.is((await live.engine.inspectContainer(second.name))?.id, id);
    assert.is((await plan(second)).kind, 'none');
  });

  test('a read-only root gets its configuration in a volume that goes with the container', async () => {
    const one = spec({ container: 'readonly', options: { readOnlyRoot: true, tmpfs: { '/tmp': '' } } });
    await apply(one);
    assert.is(await printed(one, 'cat', '/tmp/read'), 'one\n');
  });

  test('named volumes carry the labels of the site and outlive a replacement', async () => {
    const volume = `${live.site}-data`;
    const draft = { container: 'stateful', rollback: 'never' } as const;
    const options = { volumes: [`${volume}:/data`] };
    const first = spec({ ...draft, options });
    await apply(first);
    await printed(first, 'sh', '-c', 'echo kept > /data/file');
    const second = spec({ ...draft, options: { ...options, env: { VERSION: '2' } } });
    await apply(second);
    assert.is(await printed(second, 'cat', '/data/file'), 'kept\n');
    const facts = await observeHost(live.engine, { site: live.site });
    assert.is(facts.volumes.get(volume)?.labels['slipway.role'], 'data');
  });

  test('what must not be rolled back is left with the old one kept, and going back works', async () => {
    const volume = `${live.site}-data`;
    const draft = { container: 'stateful', rollback: 'never', proveTimeoutSeconds: 5 } as const;
    const options = { volumes: [`${volume}:/data`], env: { VERSION: '2' } };
    const bad = spec({ ...draft, options: { ...options, command: ['sh', '-c', 'exit 3'] } });
    const error = await throwsCode(() => apply(bad), 'E_CONTAINER_UNPROVEN');
    assert.match(error.hint ?? '', `${bad.name}.previous`);
    const good = spec({ ...draft, options });
    const back = await apply(good);
    assert.match(back.reasons[0] ?? '', 'put back');
    assert.is(await printed(good, 'cat', '/data/file'), 'kept\n');
    assert.is((await names()).includes(`${bad.name}.previous`), false);
  });
}
