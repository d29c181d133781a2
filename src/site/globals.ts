import { z } from 'zod';
import { type Problem, problem } from '../lib/errors.ts';
import { readAs } from '../lib/schema.ts';
import { readYaml, type YamlEntry, type YamlMap, type YamlNode } from '../lib/yaml.ts';
import { isAddress } from './addresses.ts';
import { unknownNameHint } from './kolla-names.ts';
import type { Globals } from './model.ts';
import { layerOfEntries, type VariableLayer } from './variables.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/, 'lower-case letters, digits, "-", "_" and "."');
const address = z.string().refine(isAddress, 'must be an IP address, without the length of the network');

const known = {
  site_name: name.default('slipway').describe('labels everything that belongs to this site'),
  container_prefix: z
    .string()
    .regex(/^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$/, 'letters, digits, "-", "_" and "."')
    .default('')
    .describe('put before the names of containers and volumes, so that two sites can share an engine'),
  base_suite: z
    .enum(['trixie', 'bookworm'])
    .default('trixie')
    .describe('the Debian suite that images are built on'),
  image_namespace: name.default('slipway'),
  image_tag: z.string().min(1).optional().describe('default: the base suite'),
  registry: z.string().min(1).optional().describe('host:port; absent: images are on the engine already'),
  internal_vip_address: address.describe('the virtual address that Keepalived holds'),
  internal_vip_interface: z
    .string()
    .min(1)
    .optional()
    .describe("default: the interface of the host's api network"),
  external_vip_address: address.optional().describe('default: the internal one'),
};

/** `enable_<service>` and the variables of services stand beside the keys of this schema. */
const globalsSchema = z.looseObject(known);

/** What the schema says where the file says nothing. */
const defaultLayer: VariableLayer = new Map(
  Object.entries(known).flatMap(([key, one]) => {
    const { success, data } = one.safeParse(undefined);
    return success && data !== undefined ? [[key, { value: data }]] : [];
  }),
);

export type ReadGlobals = { readonly globals: Globals };

export type GlobalsOptions = {
  /** The names that `enable_…` may have. */
  readonly services: readonly string[];
  /** The variables that services document. */
  readonly variables: readonly string[];
  /** `--set NAME=VALUE`, above what the file says. */
  readonly set?: ReadonlyMap<string, YamlNode>;
};

/**
 * Reads `globals.yml`. A name that neither this schema nor a service knows is a problem, unless it begins with `x_`.
 * `layer` has what stands in the file, with places, over the defaults of the schema, without.
 */
export function readGlobals(
  text: string,
  file: string,
  options: GlobalsOptions,
): { read?: ReadGlobals; layer: VariableLayer; problems: Problem[] } {
  const { node, problems } = readYaml(text, file);
  const written: YamlNode = node ?? { kind: 'map', entries: [], at: { file, line: 1, column: 1 } };
  const tree = written.kind === 'map' ? overlaid(written, options.set ?? new Map()) : written;
  const { value, problems: found } = readAs(globalsSchema, tree);
  problems.push(...found, ...unknownNames(tree, options), ...wrongSwitches(tree));
  const own = written.kind === 'map' ? layerOfEntries(written.entries) : [];
  const layer: VariableLayer = new Map([...defaultLayer, ...own]);
  if (!value || problems.length > 0) return { layer, problems };
  return { read: { globals: globalsOf(value) }, layer, problems };
}

type GlobalsValue = z.infer<typeof globalsSchema>;

function globalsOf(value: GlobalsValue): Globals {
  const switches = Object.entries(value).filter(([key]) => key.startsWith('enable_'));
  return {
    site: value.site_name,
    containerPrefix: value.container_prefix,
    baseSuite: value.base_suite,
    imageNamespace: value.image_namespace,
    imageTag: value.image_tag ?? value.base_suite,
    internalVip: value.internal_vip_address,
    enabled: Object.fromEntries(switches.map(([key, on]) => [key.slice('enable_'.length), on === true])),
    values: value,
    ...(value.registry !== undefined && { registry: value.registry }),
    ...(value.internal_vip_interface !== undefined && { internalVipInterface: value.internal_vip_interface }),
    ...(value.external_vip_address !== undefined && { externalVip: value.external_vip_address }),
  };
}

/** JSON Schema (2020-12) of `globals.yml` with the variables that services document. */
export function globalsJsonSchema(variables: Readonly<Record<string, string>>): unknown {
  const schema = z.toJSONSchema(globalsSchema, { io: 'input' }) as { properties: Record<string, unknown> };
  for (const [key, description] of Object.entries(variables)) schema.properties[key] ??= { description };
  const patternProperties = { '^enable_': { type: 'boolean' }, '^x_': {} };
  return { ...schema, patternProperties, additionalProperties: false };
}

function overlaid(written: YamlMap, set: ReadonlyMap<string, YamlNode>): YamlMap {
  const kept = written.entries.filter((entry) => !set.has(entry.key));
  const added = [...set].map(([key, value]): YamlEntry => ({ key, keyAt: value.at, value }));
  return { ...written, entries: [...kept, ...added] };
}

function unknownNames(node: YamlNode, options: GlobalsOptions): Problem[] {
  if (node.kind !== 'map') return [];
  const names = [
    ...Object.keys(known),
    ...options.services.map((one) => `enable_${one.replaceAll('-', '_')}`),
    ...options.variables,
  ];
  return node.entries
    .filter((entry) => !names.includes(entry.key) && !entry.key.startsWith('x_'))
    .map((entry) =>
      problem('E_SCHEMA_UNKNOWN_KEY', `unknown option "${entry.key}": no service documents it`, {
        at: entry.keyAt,
        hint: unknownNameHint(entry.key, names),
      }),
    );
}

function wrongSwitches(node: YamlNode): Problem[] {
  if (node.kind !== 'map') return [];
  const switches = node.entries.filter((entry) => entry.key.startsWith('enable_'));
  return switches
    .filter(({ value }) => value.kind !== 'scalar' || typeof value.value !== 'boolean')
    .map(({ key, value }) => {
      const hint = ['yes', 'no', 'on', 'off'].includes(value.kind === 'scalar' ? value.text : '')
        ? 'YAML 1.2 knows true and false only'
        : undefined;
      return problem('E_SCHEMA_TYPE', `"${key}" must be true or false`, { at: value.at, hint });
    });
}
