import { z } from 'zod';
import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { readAs } from '../lib/schema.ts';
import { didYouMean } from '../lib/suggest.ts';
import { readYaml, type YamlNode, yamlAt, yamlEntry } from '../lib/yaml.ts';
import type { Globals } from './model.ts';
import type { VariableLayer } from './variables.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/, 'lower-case letters, digits, "-", "_" and "."');

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
  internal_vip_address: z.string().describe('the virtual address that Keepalived holds'),
  internal_vip_interface: z
    .string()
    .min(1)
    .optional()
    .describe("default: the interface of the host's api network"),
  external_vip_address: z.string().optional(),
};

/** `enable_<service>` and the variables of services stand beside the keys of this schema. */
const globalsSchema = z.looseObject(known);

export type ReadGlobals = { readonly globals: Globals; readonly layer: VariableLayer };

/**
 * Reads `globals.yml`. `services` are the names that `enable_…` may have, `variables` what services document: any other
 * name is a problem.
 */
export function readGlobals(
  text: string,
  file: string,
  may: { readonly services: readonly string[]; readonly variables: readonly string[] },
): { read?: ReadGlobals; problems: Problem[] } {
  const { node, problems } = readYaml(text, file);
  const tree: YamlNode = node ?? { kind: 'map', entries: [], at: { file, line: 1, column: 1 } };
  const { value, problems: found } = readAs(globalsSchema, tree);
  problems.push(...found, ...unknownNames(tree, may));
  if (!value || problems.length > 0) return { problems };
  const enabled: Record<string, boolean> = {};
  for (const [key, one] of Object.entries(value)) {
    const service = serviceOf(key);
    if (service === undefined) continue;
    if (typeof one === 'boolean') enabled[service] = one;
    else
      problems.push(problem('E_SCHEMA_TYPE', `"${key}" must be true or false`, { at: placeOf(tree, key) }));
  }
  const globals: Globals = {
    site: value.site_name,
    containerPrefix: value.container_prefix,
    baseSuite: value.base_suite,
    imageNamespace: value.image_namespace,
    imageTag: value.image_tag ?? value.base_suite,
    internalVip: value.internal_vip_address,
    enabled,
    values: value,
    ...(value.registry !== undefined && { registry: value.registry }),
    ...(value.internal_vip_interface !== undefined && { internalVipInterface: value.internal_vip_interface }),
    ...(value.external_vip_address !== undefined && { externalVip: value.external_vip_address }),
  };
  const layer: VariableLayer = new Map(
    Object.entries(value).map(([key, one]) => [key, { value: one, at: placeOf(tree, key) }]),
  );
  return { read: { globals, layer }, problems };
}

/** JSON Schema (2020-12) of `globals.yml` with the variables that services document. */
export function globalsJsonSchema(variables: Readonly<Record<string, string>>): unknown {
  const schema = z.toJSONSchema(globalsSchema, { io: 'input' }) as { properties: Record<string, unknown> };
  for (const [key, description] of Object.entries(variables)) schema.properties[key] ??= { description };
  return { ...schema, patternProperties: { '^enable_': { type: 'boolean' } }, additionalProperties: false };
}

function unknownNames(
  node: YamlNode,
  may: { services: readonly string[]; variables: readonly string[] },
): Problem[] {
  if (node.kind !== 'map') return [];
  const names = [
    ...Object.keys(known),
    ...may.services.map((one) => `enable_${one.replaceAll('-', '_')}`),
    ...may.variables,
  ];
  return node.entries
    .filter((entry) => !names.includes(entry.key))
    .map((entry) =>
      problem('E_SCHEMA_UNKNOWN_KEY', `unknown option "${entry.key}": no service documents it`, {
        at: entry.keyAt,
        hint: didYouMean(entry.key, names),
      }),
    );
}

function serviceOf(key: string): string | undefined {
  return key.startsWith('enable_') ? key.slice('enable_'.length) : undefined;
}

function placeOf(node: YamlNode, key: string): SourcePosition {
  return yamlAt(node, [key])?.at ?? yamlEntry(node, key)?.keyAt ?? node.at;
}
