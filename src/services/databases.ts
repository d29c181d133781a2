import type { ConfigFile, ContainerOptions, ContainerSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { yamlAt } from '../lib/yaml.ts';
import { variableValues } from '../site/index.ts';
import { kollaConfig, type RenderedConfig } from './config-files.ts';
import { canonical, configHashesOf, engineHashOf, hmac } from './hashes.ts';
import { imageRefOf } from './image-ref.ts';
import type { PlannedOneShot, Service } from './model.ts';
import { probe } from './one-shots.ts';
import type { Planning } from './plan-services.ts';
import { membersOf, serviceScope } from './scope.ts';

/** The service that holds the databases of the others. */
const databaseService = 'mariadb';

/**
 * A one-shot for each database of a service: makes the database and its account from the database's image, over the
 * network. Its probe logs in as the account, so that it says no when the password was rotated. Passwords are in files.
 */
export function databaseOneShots(service: Service, planning: Planning): readonly PlannedOneShot[] {
  return Object.entries(service.source.databases).map(([database, { user, password }]) => {
    const { world } = planning;
    const provider = world.enabled.find((one) => one.name === databaseService);
    if (!provider) {
      throw new UserError(
        'E_SERVICE',
        `service "${service.name}" has a database, and ${databaseService} is not enabled`,
        {
          at: yamlAt(service.node, ['databases', database])?.at,
          hint: `set enable_${databaseService}: true in globals.yml`,
        },
      );
    }
    const { secrets } = world.site;
    const scope = serviceScope(world, provider, undefined);
    const vars = (scope.contexts['vars'] ?? variableValues(new Map())) as Record<string, unknown>;
    const server = {
      host:
        String(vars['database_address'] ?? world.site.globals.internalVip) || world.site.globals.internalVip,
      port: String(vars['database_port'] ?? 3306),
    };
    const rootPassword = secrets.get('mariadb_root_password');
    const own = secrets.get(password);
    const configs = [
      clientFile('root.cnf', { ...server, user: 'root', password: rootPassword }),
      clientFile('user.cnf', { ...server, user, password: own }),
      textFile('database.sql', statements({ database, user, password: own }), [own]),
    ];
    const spec = container(service, { planning, database, configs });
    return {
      before: 'containers',
      oneShot: {
        spec,
        when: 'install',
        phase: 'expand',
        done: probe(['mariadb', '--defaults-file=/etc/mysql/user.cnf', '--execute=SELECT 1', database]),
        membersHash: hmac(secrets.hmacKey(), canonical([])),
        timeoutSeconds: 300,
      },
    };
  });
}

function container(
  service: Service,
  from: {
    readonly planning: Planning;
    readonly database: string;
    readonly configs: readonly RenderedConfig[];
  },
): ContainerSpec {
  const { world } = from.planning;
  const name = `${service.name}-database${from.database === service.name ? '' : `-${from.database}`}`;
  const command = "bash -c 'exec mariadb --defaults-file=/etc/mysql/root.cnf < /etc/mysql/database.sql'";
  const files = [kollaConfig(command, from.configs), ...from.configs.flatMap((one) => one.files)];
  const image = imageRefOf(world.site, 'mariadb-server');
  const options: ContainerOptions = {
    env: { KOLLA_CONFIG_STRATEGY: 'COPY_ALWAYS', KOLLA_SKIP_EXTEND_START: '1' },
    networkMode: 'host',
    privileged: false,
    capAdd: [],
    capDrop: [],
    securityOpt: [],
    devices: [],
    volumes: [],
    tmpfs: {},
    ulimits: {},
    sysctls: {},
    extraHosts: [],
    readOnlyRoot: false,
    init: false,
    tty: false,
    stopGraceSeconds: 10,
    restart: 'no',
    logOptions: {},
  };
  const { globals, secrets } = world.site;
  return {
    site: world.site.name,
    host: membersOf(world, service)[0] ?? '',
    service: service.name,
    container: name,
    name: `${globals.containerPrefix}${name}`,
    image,
    options,
    files,
    engineHash: engineHashOf(image, options),
    ...configHashesOf(files, secrets.hmacKey()),
    onChange: 'recreate',
    rollback: 'safe',
    proveTimeoutSeconds: 60,
    labels: {},
  };
}

type Login = {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
};

function clientFile(name: string, login: Login): RenderedConfig {
  const lines = [
    '[client]',
    `host=${login.host}`,
    `port=${login.port}`,
    `user=${login.user}`,
    `password="${login.password.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    'protocol=tcp',
    'connect-timeout=30',
  ];
  return textFile(name, `${lines.join('\n')}\n`, [login.password]);
}

function textFile(name: string, content: string, secrets: readonly string[]): RenderedConfig {
  const file: ConfigFile = { path: name, content, mode: '0600', secrets };
  const target = {
    source: `/var/lib/kolla/config_files/${name}`,
    dest: `/etc/mysql/${name}`,
    owner: 'mysql',
    perm: '0600',
  };
  return { name, files: [file], target };
}

function statements(want: {
  readonly database: string;
  readonly user: string;
  readonly password: string;
}): string {
  const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  const account = `${literal(want.user)}@'%'`;
  const database = `\`${want.database.replaceAll('`', '``')}\``;
  return [
    `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4;`,
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${literal(want.password)};`,
    `ALTER USER ${account} IDENTIFIED BY ${literal(want.password)};`,
    `GRANT ALL PRIVILEGES ON ${database}.* TO ${account};`,
    '',
  ].join('\n');
}
