import { type FileKind, type KeyRow, type KeyType, keysOf, mayStand, type Place } from './keys/index.ts';

type Schema = Readonly<Record<string, unknown>>;

const expression = { type: 'string', pattern: '\\$\\{\\{[\\s\\S]*\\}\\}' } as const;
const plain = { type: ['string', 'number', 'boolean'] } as const;

/**
 * A JSON Schema (2020-12) of pipeline files, workflow files and `action.yml`, made from the table of keys: what editors
 * need to complete and check. What spans several keys (needs, expressions) is for `slipway check`.
 */
export function pipelineJsonSchema(kind: FileKind | 'any' = 'any'): Schema {
  const kinds: readonly FileKind[] = kind === 'any' ? ['pipeline', 'workflow'] : [kind];
  const root = (one: FileKind) => reference(one, one === 'action' ? 'action' : 'file');
  const definitions = Object.fromEntries(
    kinds.flatMap((one) => places(one).map((place) => [`${one}-${place}`, placeSchema(one, place)])),
  );
  const title = kind === 'action' ? 'Slipway action' : 'Slipway pipeline';
  const [only, second] = kinds;
  const branches =
    second === undefined || only === undefined
      ? root(only ?? 'pipeline')
      : Object.fromEntries([
          ['if', { required: ['jobs'] }],
          ['then', root('workflow')],
          ['else', root('pipeline')],
        ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    type: 'object',
    ...branches,
    $defs: definitions,
  };
}

/** The places that can be reached from the top of a file of this kind. */
function places(kind: FileKind): readonly Place[] {
  const found = new Set<Place>();
  const visit = (place: Place) => {
    if (found.has(place)) return;
    found.add(place);
    for (const row of keysOf(place)) if (mayStand(row, kind)) for (const below of placesIn(row)) visit(below);
  };
  visit(kind === 'action' ? 'action' : 'file');
  return [...found];
}

function placesIn({ key, place, type }: KeyRow): readonly Place[] {
  if (place === 'file' && key === 'on') return ['on'];
  if (place === 'file' && key === 'concurrency') return ['concurrency'];
  if (typeof type === 'string') return [];
  return [below(type)];
}

function below(type: KeyType & object): Place {
  if ('place' in type) return type.place;
  return 'mapOf' in type ? type.mapOf : type.listOf;
}

function reference(kind: FileKind, place: Place): Schema {
  return { $ref: `#/$defs/${kind}-${place}` };
}

function placeSchema(kind: FileKind, place: Place): Schema {
  const rows = keysOf(place).filter((row) => mayStand(row, kind));
  const required = rows.filter((row) => row.required).map((row) => row.key);
  const properties = Object.fromEntries(rows.map((row) => [row.key, rowSchema(kind, row)]));
  return {
    type: required.length > 0 ? 'object' : ['object', 'null'],
    properties,
    // Other events than the two of the table are accepted and noted.
    ...(place !== 'on' && { additionalProperties: false }),
    ...(required.length > 0 && { required }),
  };
}

function rowSchema(kind: FileKind, row: KeyRow): Schema {
  return { description: row.meaning, ...valueSchema(kind, row) };
}

function valueSchema(kind: FileKind, row: KeyRow): Schema {
  const { type, place, key } = row;
  if (place === 'file' && key === 'on') {
    const names = { type: 'string' };
    return { anyOf: [names, { type: 'array', items: names }, reference(kind, 'on')] };
  }
  if (place === 'file' && key === 'concurrency')
    return { anyOf: [{ type: 'string' }, reference(kind, 'concurrency')] };
  if (typeof type === 'string') return plainSchema(type, row);
  if ('place' in type) return reference(kind, type.place);
  if ('listOf' in type) return { type: 'array', items: reference(kind, type.listOf) };
  return { type: ['object', 'null'], additionalProperties: reference(kind, type.mapOf) };
}

function plainSchema(type: Extract<KeyType, string>, row: KeyRow): Schema {
  switch (type) {
    case 'any':
    case 'value':
      return {};
    case 'text':
      return row.values ? { enum: row.values } : plain;
    case 'template':
      return row.values ? { anyOf: [{ enum: row.values }, expression] } : plain;
    case 'condition':
      return { type: ['string', 'boolean', 'number', 'null'] };
    case 'number':
      return { type: 'number', minimum: row.least ?? 0 };
    case 'number-template':
      return { anyOf: [{ type: 'number', minimum: row.least ?? 0 }, expression] };
    case 'flag':
      return { type: 'boolean' };
    case 'flag-template':
      return { anyOf: [{ type: 'boolean' }, expression] };
    case 'names':
      return { anyOf: [plain, { type: 'array', items: plain }] };
    case 'list':
      return { anyOf: [plain, { type: 'array' }] };
    case 'texts':
      return textsSchema(row);
    default:
      return type satisfies never;
  }
}

function textsSchema({ key }: KeyRow): Schema {
  const map = {
    type: ['object', 'null'],
    additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
  };
  return key === 'secrets' ? { anyOf: [{ const: 'inherit' }, map] } : map;
}
