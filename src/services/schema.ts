import { z } from 'zod';
import { strictObject } from '../lib/schema.ts';

/** A value that is `${{ }}` until a host is known. */
const expression = z.string().regex(/^\s*\$\{\{[\s\S]*\}\}\s*$/, 'a value or an expression');
/** Text; what an expression gives may be a number. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const flexNumber = z.union([z.number(), expression]);
const flexBoolean = z.union([z.boolean(), expression]);
const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, 'lower-case letters, digits, "-" and "_", a letter first');
const words = z.union([z.string(), z.array(z.string())]);
/** One group, or several of which the first that the inventory has is taken. */
const groups = z.union([z.string(), z.array(z.string()).min(1)]);
const octal = z.string().regex(/^0[0-7]{3}$/, 'octal such as "0600"');

const healthcheck = strictObject({
  test: z.array(text).min(1),
  interval: flexNumber.default(10),
  timeout: flexNumber.default(10),
  retries: flexNumber.default(3),
  start_period: flexNumber.default(5),
});

const ulimit = strictObject({ soft: flexNumber, hard: flexNumber });

const reload = strictObject({
  signal: z.string().optional(),
  command: z.array(text).optional(),
  verify: z.array(text).optional(),
});

const options = {
  command: text.optional(),
  user: text.optional(),
  env: z.record(z.string(), text).default({}),
  network_mode: z.string().default('host'),
  pid_mode: z.string().optional(),
  ipc_mode: z.string().optional(),
  uts_mode: z.string().optional(),
  cgroupns_mode: z.enum(['host', 'private']).optional(),
  privileged: flexBoolean.default(false),
  cap_add: z.array(text).default([]),
  cap_drop: z.array(text).default([]),
  security_opt: z.array(text).default([]),
  devices: z.array(text).default([]),
  volumes: z.array(text).default([]),
  tmpfs: z.record(z.string(), text).default({}),
  ulimits: z.record(z.string(), ulimit).default({}),
  sysctls: z.record(z.string(), text).default({}),
  extra_hosts: z.array(text).default([]),
  hostname: text.optional(),
  read_only: flexBoolean.default(false),
  memory: flexNumber.optional(),
  cpus: flexNumber.optional(),
  shm_size: flexNumber.optional(),
  oom_score_adj: flexNumber.optional(),
  init: flexBoolean.default(false),
  tty: flexBoolean.default(false),
  healthcheck: healthcheck.optional(),
  stop_signal: z.string().optional(),
  stop_grace: flexNumber.default(10),
  restart: z.enum(['no', 'on-failure', 'unless-stopped', 'always']).default('unless-stopped'),
  log_driver: z.string().default('json-file'),
  log_options: z.record(z.string(), text).default({ 'max-size': '50m', 'max-file': '3' }),
};

/** A container of a service. `configs` are names of the service's `configs`; absent is all of them. */
export const containerSchema = strictObject({
  image: z.string(),
  group: groups.optional(),
  when: text.optional(),
  ...options,
  configs: z.array(text).optional(),
  on_change: z.enum(['recreate', 'restart', 'reload']).default('recreate'),
  reload: reload.optional(),
  validate: z.array(text).optional(),
  rollback: z.enum(['safe', 'never']).default('safe'),
  prove_timeout: flexNumber.default(120),
}).refine(
  (one) => one.on_change !== 'reload' || (one.reload?.signal ?? one.reload?.command) !== undefined,
  'on_change: reload needs reload: with a signal or a command',
);

/** A file of the config archive: a template, or the parts of a secret that is a set of keys. */
export const configSchema = strictObject({
  template: z.string().optional(),
  keys: z.string().optional(),
  path: text,
  owner: z.string(),
  mode: octal.default('0600'),
  format: z.enum(['text', 'ini', 'yaml', 'json']).default('text'),
}).refine(
  (one) => (one.template === undefined) !== (one.keys === undefined),
  'needs a template, or keys (the name of a key set)',
);

const balancerCheck = strictObject({
  kind: z.enum(['tcp', 'http', 'mysql']).default('tcp'),
  path: text.default('/'),
  expect: text.default('200-399'),
  user: text.default('haproxy'),
  inter: text.default('2000'),
  rise: flexNumber.default(2),
  fall: flexNumber.default(5),
});

/** An entry of the load balancer. `port` is the frontend's, `listen_port` the members' (default: the same). */
export const balancerSchema = strictObject({
  enabled: flexBoolean.default(true),
  mode: z.enum(['http', 'tcp', 'redirect']).default('http'),
  port: flexNumber,
  listen_port: flexNumber.optional(),
  external: flexBoolean.default(false),
  group: groups.optional(),
  network: z.enum(['api', 'tunnel', 'storage', 'external']).default('api'),
  weight: flexNumber.optional(),
  balance: z.enum(['source', 'roundrobin', 'leastconn', 'first']).default('roundrobin'),
  active_passive: flexBoolean.default(false),
  tls_backend: flexBoolean.default(false),
  redirect_to: text.optional(),
  check: balancerCheck.prefault({}),
  frontend_extra: z.array(text).default([]),
  backend_extra: z.array(text).default([]),
});

/** A one-shot: the named container's image, options and files, with other environment or command and more `configs`. */
export const oneShotSchema = strictObject({
  container: z.string(),
  command: text.optional(),
  env: z.record(z.string(), text).default({}),
  configs: z.array(text).default([]),
  when: z.enum(['install', 'image-changed', 'members-changed', 'config-changed']).default('install'),
  phase: z.enum(['expand', 'migrate', 'contract']).default('migrate'),
  done: words.optional(),
  before: z.enum(['containers', 'ready']).default('containers'),
  timeout: flexNumber.default(600),
});

const variable = strictObject({
  default: z.unknown(),
  type: z.enum(['string', 'number', 'boolean', 'list', 'map']).optional(),
  description: z.string(),
});

/** How a secret is made. */
export const secretKinds = ['password', 'key-set', 'hmac-key', 'cookie', 'uuid'] as const;
const secret = strictObject({
  kind: z.enum(secretKinds).default('password'),
  description: z.string().optional(),
});

/** Addresses of a service's API. */
export const endpointSchema = strictObject({
  internal: text,
  public: text.optional(),
  admin: text.optional(),
});

const check = strictObject({
  name: z.string(),
  http: text.optional(),
  tcp: text.optional(),
  exec: strictObject({ container: z.string(), command: z.array(text).min(1) }).optional(),
  status: text.default('200-399'),
  timeout: flexNumber.default(60),
}).refine(
  (one) => [one.http, one.tcp, one.exec].filter((probe) => probe !== undefined).length === 1,
  'needs one of http, tcp and exec',
);

/** `service.yml` as it is written. */
export const serviceSchema = strictObject({
  name,
  description: z.string(),
  needs: z.array(text).default([]),
  enabled: flexBoolean.default(true),
  external: flexBoolean.default(false),
  group: groups,
  /** More hosts than this in its group are an error: its members do not make a cluster. */
  max_members: z.number().int().min(1).optional(),
  vars: z.record(z.string(), variable).default({}),
  secrets: z.record(z.string(), secret.nullable()).default({}),
  containers: z.record(name, containerSchema).default({}),
  configs: z.record(z.string(), configSchema).default({}),
  loadbalancer: z.record(name, balancerSchema).default({}),
  databases: z.record(z.string(), strictObject({ user: text, password: z.string() })).default({}),
  endpoints: endpointSchema.optional(),
  one_shots: z.record(name, oneShotSchema).default({}),
  checks: z.array(check).default([]),
  ports: z.array(flexNumber).default([]),
});

export type ServiceSource = z.infer<typeof serviceSchema>;
export type ContainerSource = z.infer<typeof containerSchema>;
export type ConfigSource = z.infer<typeof configSchema>;
export type BalancerSource = z.infer<typeof balancerSchema>;
export type SecretKind = (typeof secretKinds)[number];

/** JSON Schema (2020-12) of `service.yml`, for editors. */
export function serviceJsonSchema(): unknown {
  return z.toJSONSchema(serviceSchema, { io: 'input' });
}
