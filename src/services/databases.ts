import type { ConfigFile, ContainerSpec, OneShotSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { yamlAt } from '../lib/yaml.ts';
import { kollaConfig, type RenderedConfig } from './config-files.ts';
import { optionsOf } from './container-options.ts';
import { canonical, configHashesOf, engineHashOf, hmac } from './hashes.ts';
import { imageRefOf } from './image-ref.ts';
import type { PlannedOneShot, Service } from './model.ts';
import { probe } from './one-shots.ts';
import type { Planning } from './plan-services.ts';
import { containerSchema } from './schema.ts';
import { membersOf, type ServiceWorld, serviceContexts } from './scope.ts';

/** The service that holds the databases of the others, and the image that has its client. */
const databaseService = 'mariadb';
const databaseImage = 'mariadb-server';

/**
 * A one-shot for each database of a service: makes the database and its account from the database's image, over the
 * network. Its probe logs in as the account, so that it says no when the password was rotated. Passwords are in files.
 */
export function databaseOneShots(service: Service, planning: Planning): readonly PlannedOneShot[] {
  const { secrets } = planning.world.site;
  if (planning.world.external.has(service.name)) return [];
  return Object.entries(service.source.databases).map(([database, { user, password }]) => {
    const server = serverOf(service, database, planning.world);
    const own = secrets.get(password);
    const configs = [
      clientFile('root.cnf', { ...server, user: 'root', password: secrets.get('mariadb_root_password') }),
      clientFile('user.cnf', { ...server, user, password: own }),
      textFile('database.sql', statements({ database, user, password: own }), [own]),
    ];
    const oneShot: OneShotSpec = {
      spec: container(service, { world: planning.world, database, configs }),
      when: 'config-changed',
      phase: 'expand',
      done: probe(['mariadb', '--defaults-file=/etc/mysql/user.cnf', '--execute=SELECT 1', database]),
      membersHash: hmac(secrets.hmacKey(), canonical([database, user, own])),
      timeoutSeconds: 300,
    };
    return { before: 'containers', oneShot };
  });
}

/** Where the database is reached, as the variables of its service say. */
function serverOf(service: Service, database: string, world: ServiceWorld): Pick<Login, 'host' | 'port'> {
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
  const vars = serviceContexts(world, provider, undefined)['vars'] as Record<string, unknown>;
  return {
    host: String(vars['database_address'] || world.site.globals.internalVip),
    port: String(vars['database_port']),
  };
}

function container(
  service: Service,
  from: {
    readonly world: ServiceWorld;
    readonly database: string;
    readonly configs: readonly RenderedConfig[];
  },
): ContainerSpec {
  const { globals, secrets, name: site } = from.world.site;
  const name = `${service.name}-database${from.database === service.name ? '' : `-${from.database}`}`;
  const command = "bash -c 'exec mariadb --defaults-file=/etc/mysql/root.cnf < /etc/mysql/database.sql'";
  const files = [kollaConfig(command, from.configs), ...from.configs.flatMap((one) => one.files)];
  const image = imageRefOf(from.world.site, databaseImage);
  const source = containerSchema.parse({
    image: databaseImage,
    env: { KOLLA_SKIP_EXTEND_START: '1' },
    restart: 'no',
  });
  const options = optionsOf(source, { service, container: name, prefix: globals.containerPrefix });
  return {
    site,
    host: membersOf(from.world, service)[0] ?? '',
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
