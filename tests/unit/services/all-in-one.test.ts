import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ContainerSpec } from '../../../src/lib/container-spec.ts';
import { readYaml, yamlData } from '../../../src/lib/yaml.ts';
import { planServices, type ServicePlan } from '../../../src/services/index.ts';
import { oneHost, readerOf, type SiteDraft, serviceWorld, threeHosts } from '../../helpers/service-site.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('services/all-in-one');
const cases = resolve(import.meta.dirname, '../../cases/services');
const everything = 'enable_rabbitmq: true\n';

async function plansOf(draft: SiteDraft = { globals: everything }): Promise<readonly ServicePlan[]> {
  return planServices(await serviceWorld(draft), readerOf(draft));
}

function specsOf(plans: readonly ServicePlan[]): readonly ContainerSpec[] {
  return plans.flatMap((plan) => [...plan.containers, ...plan.oneShots.map((one) => one.oneShot.spec)]);
}

function fileOf(plans: readonly ServicePlan[], container: string, path: string, host?: string): string {
  const spec = specsOf(plans).find((one) => one.container === container && host === (host && one.host));
  const file = spec?.files.find((one) => one.path === path);
  if (!file) throw new Error(`${container} has no file ${path}`);
  return file.content;
}

/** What is not as every container has it. */
function summaryOf(spec: ContainerSpec) {
  const { options } = spec;
  const config = JSON.parse(fileText(spec, 'config.json')) as {
    command: string;
    config_files: readonly { dest: string; owner: string; perm: string }[];
  };
  return {
    image: spec.image.reference,
    command: config.command,
    env: options.env,
    ...(options.capAdd.length > 0 && { cap_add: options.capAdd }),
    ...(options.volumes.length > 0 && { volumes: options.volumes }),
    ...(options.healthcheck && { healthcheck: options.healthcheck.test }),
    ...(options.stopSignal && { stop_signal: options.stopSignal }),
    restart: options.restart,
    on_change: spec.onChange,
    rollback: spec.rollback,
    ...(spec.reload && { reload: spec.reload }),
    files: config.config_files.map((one) => `${one.dest} ${one.owner} ${one.perm}`),
  };
}

function fileText(spec: ContainerSpec, path: string): string {
  return spec.files.find((file) => file.path === path)?.content ?? '';
}

test('containers and one-shots are those of the golden case', async () => {
  const file = `${cases}/all-in-one.yml`;
  const { node, problems } = readYaml(readFileSync(file, 'utf8'), file);
  assert.equal(problems, []);
  const specs = specsOf(await plansOf());
  assert.equal(
    JSON.parse(JSON.stringify(Object.fromEntries(specs.map((spec) => [spec.container, summaryOf(spec)])))),
    node && yamlData(node),
  );
});

test('one-shots come before the containers, each with a probe of the data', async () => {
  const shots = (await plansOf()).flatMap((plan) => plan.oneShots);
  assert.equal(
    shots.map(
      ({ before, oneShot }) => `${before} ${oneShot.spec.container} ${oneShot.when} ${oneShot.phase}`,
    ),
    [
      'containers mariadb-bootstrap install expand',
      'containers keystone-database config-changed expand',
      'containers keystone-db-sync image-changed migrate',
      'containers keystone-bootstrap config-changed migrate',
    ],
  );
  assert.ok(shots.every(({ oneShot }) => (oneShot.done ?? []).length > 0));
});

for (const [container, path, golden] of [
  ['haproxy', 'haproxy.cfg', 'haproxy-c2.cfg'],
  ['keepalived', 'keepalived.conf', 'keepalived-c2.conf'],
] as const) {
  test(`three hosts, two virtual addresses: ${path}`, async () => {
    const inventory = `${threeHosts}  mariadb: { hosts: [c1] }\n`;
    const plans = await plansOf({ inventory, globals: 'external_vip_address: 192.0.2.251\n' });
    assert.fixture(fileOf(plans, container, path, 'c2'), readFileSync(`${cases}/${golden}`, 'utf8'));
  });
}

test('a host alone advertises to nobody, and multicast needs no peers', async () => {
  assert.not.match(fileOf(await plansOf({ inventory: oneHost }), 'keepalived', 'keepalived.conf'), 'unicast');
  const inventory = `${threeHosts}  mariadb: { hosts: [c1] }\n`;
  const plans = await plansOf({ inventory, globals: 'keepalived_unicast: false\n' });
  assert.not.match(fileOf(plans, 'keepalived', 'keepalived.conf'), 'unicast');
});

test('no secret stands in an option, a label or a command, plainly or in base64', async () => {
  const draft = { globals: everything };
  const { secrets } = (await serviceWorld(draft)).site;
  const specs = specsOf(await plansOf(draft));
  const values = secrets.names().map((name) => secrets.get(name));
  const open = JSON.stringify(specs.map(({ files: _files, ...rest }) => rest));
  const commands = specs.map((spec) => fileText(spec, 'config.json')).join('');
  const plans = await plansOf(draft);
  const checks = JSON.stringify(plans.map((plan) => [plan.checks, plan.oneShots.map((o) => o.oneShot.done)]));
  for (const value of values) {
    for (const form of [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)]) {
      assert.not.ok(`${open}${commands}${checks}`.includes(form), `a form of "${value}" is in the open`);
    }
  }
});

test('a file names the secrets that stand in it, and is not readable by others', async () => {
  const { secrets } = (await serviceWorld()).site;
  const files = specsOf(await plansOf()).flatMap((spec) => spec.files);
  for (const name of secrets.names()) {
    const value = secrets.get(name);
    for (const file of files) {
      if (!file.content.includes(value) && !file.content.includes(encodeURIComponent(value))) continue;
      assert.ok(file.secrets.includes(value), `${file.path} does not name ${name}`);
      assert.match(file.mode, /^0[0-7]00$/, `${file.path} has mode ${file.mode}`);
    }
  }
});

test("the first user's password is in its one-shot and in no container that stays", async () => {
  const plans = await plansOf();
  const holders = specsOf(plans)
    .filter((spec) => spec.files.some((file) => file.content.includes('secret of keystone_admin_password')))
    .map((spec) => spec.container);
  assert.equal(holders, ['keystone-bootstrap']);
});

test('passwords with any characters keep their meaning in each syntax', async () => {
  const plans = await plansOf({
    secrets: { keystone_database_password: `a@b/c'd"e\\`, haproxy_stats_password: `x'y` },
  });
  assert.match(fileOf(plans, 'keystone', 'keystone.conf'), `keystone:a%40b%2Fc`);
  assert.match(fileOf(plans, 'haproxy', 'haproxy.cfg'), `stats auth 'openstack:x'\\''y'`);
  assert.match(fileOf(plans, 'keystone-database', 'user.cnf'), `password="a@b/c'd\\"e\\\\"`);
  assert.match(fileOf(plans, 'keystone-database', 'database.sql'), `IDENTIFIED BY 'a@b/c''d"e\\\\';`);
});
