import { problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { YamlEntry, YamlMap, YamlNode } from '../lib/yaml.ts';
import { checkValue } from './field-types.ts';
import { type KeyRow, keysOf, mayStand, type Place, pipelineKeys } from './keys/index.ts';
import type { Template } from './model.ts';
import { conditionOf, type Spot, templateOf, wrongKind } from './source.ts';

/**
 * The keys of one map, checked against the table: unknown keys, keys that may not stand in this kind of file, missing
 * ones and values of the wrong kind are problems, and only what is right can be asked for.
 */
export class Fields {
  readonly spot: Spot;
  readonly at: SourcePosition;
  /** False where there is no map at all, which has been told. */
  readonly isMap: boolean;
  private readonly written = new Set<string>();
  private readonly found = new Map<string, { readonly row: KeyRow; readonly entry: YamlEntry }>();

  constructor(node: YamlNode, place: Place, spot: Spot) {
    this.spot = spot;
    this.at = node.at;
    this.isMap = node.kind === 'map';
    if (node.kind === 'map') this.read(node, place);
    else if (node.kind !== 'scalar' || node.value !== null || hasRequired(place)) {
      spot.reading.problems.push(wrongKind(node, spot.where, 'a map'));
    }
  }

  has(key: string): boolean {
    return this.found.has(key);
  }

  /** True if the key stands in the file, whatever its value. */
  isWritten(key: string): boolean {
    return this.written.has(key);
  }

  entry(key: string): YamlEntry | undefined {
    return this.found.get(key)?.entry;
  }

  node(key: string): YamlNode | undefined {
    return this.entry(key)?.value;
  }

  /** A plain text, or undefined. */
  text(key: string): string | undefined {
    const node = this.node(key);
    return node?.kind === 'scalar' ? node.text : undefined;
  }

  number(key: string): number | undefined {
    const node = this.node(key);
    return node?.kind === 'scalar' && node.text !== '' ? Number(node.text) : undefined;
  }

  flag(key: string): boolean {
    const node = this.node(key);
    return node?.kind === 'scalar' && node.value === true;
  }

  /** A text or a list of texts, each with its node. */
  names(key: string): readonly (YamlNode & { kind: 'scalar' })[] {
    const node = this.node(key);
    if (node === undefined) return [];
    const items = node.kind === 'list' ? node.items : [node];
    return items.filter((item) => item.kind === 'scalar');
  }

  template(key: string, spot: Spot = this.below(key)): Template | undefined {
    const found = this.found.get(key);
    if (!found) return undefined;
    const make = found.row.type === 'condition' ? conditionOf : templateOf;
    return make(found.entry.value, found.row, spot);
  }

  /** A map of templates by name. */
  templates(key: string): Readonly<Record<string, Template>> {
    const found = this.found.get(key);
    if (found?.entry.value.kind !== 'map') return {};
    return Object.fromEntries(
      found.entry.value.entries.map((entry) => [
        entry.key,
        templateOf(entry.value, found.row, this.below(`${key}.${entry.key}`)),
      ]),
    );
  }

  /** The keys of a map below. */
  fields(key: string, place: Place): Fields | undefined {
    const node = this.node(key);
    return node && new Fields(node, place, this.below(key));
  }

  /** The entries of a map whose values are maps with keys of `place`. */
  eachOf(key: string, place: Place): readonly { readonly entry: YamlEntry; readonly fields: Fields }[] {
    const node = this.node(key);
    if (node?.kind !== 'map') return [];
    return node.entries.map((entry) => ({
      entry,
      fields: new Fields(entry.value, place, this.below(`${key}.${entry.key}`)),
    }));
  }

  below(key: string): Spot {
    return { ...this.spot, where: this.spot.where === '' ? key : `${this.spot.where}.${key}` };
  }

  private read(node: YamlMap, place: Place): void {
    const { reading } = this.spot;
    const rows = keysOf(place);
    for (const entry of node.entries) {
      this.written.add(entry.key);
      const row = rows.find((one) => one.key === entry.key && mayStand(one, reading.kind));
      if (!row) this.refuse(entry, place);
      else {
        if (row.origin === 'noted') this.note(entry, row);
        const problems = checkValue(entry.value, row, this.below(entry.key).where);
        reading.problems.push(...problems);
        if (problems.length === 0) this.found.set(entry.key, { row, entry });
      }
    }
    for (const row of rows) {
      if (!row.required || !mayStand(row, reading.kind)) continue;
      if (node.entries.some((entry) => entry.key === row.key)) continue;
      const message = `"${this.below(row.key).where}" is missing: ${row.meaning}`;
      reading.problems.push(problem('E_SCHEMA_MISSING_KEY', message, { at: node.at }));
    }
  }

  private refuse(entry: YamlEntry, place: Place): void {
    const { reading } = this.spot;
    const at = entry.keyAt;
    const other = keysOf(place).find((row) => row.key === entry.key);
    if (other) {
      const kind = reading.kind === 'workflow' ? 'a workflow file (one with "jobs:")' : `a file of this kind`;
      const message = `the key "${entry.key}" can not be used in ${kind}`;
      const hint = other.elsewhere ?? 'leave it out: it has no meaning here';
      reading.problems.push(problem('E_PIPELINE_KEY', message, { at, hint }));
      return;
    }
    const here = keysOf(place)
      .filter((row) => mayStand(row, reading.kind))
      .map((row) => row.key);
    const where = this.spot.where === '' ? '' : ` in "${this.spot.where}"`;
    const home = pipelineKeys.find((row) => row.key === entry.key && mayStand(row, reading.kind));
    const hint = home ? `it belongs ${placeNames[home.place]}` : didYouMean(entry.key, here);
    reading.problems.push(
      problem('E_SCHEMA_UNKNOWN_KEY', `unknown key "${entry.key}"${where}`, { at, hint }),
    );
  }

  private note(entry: YamlEntry, row: KeyRow): void {
    this.spot.reading.problems.push({
      code: 'E_PIPELINE_IGNORED',
      severity: 'note',
      message: `"${this.below(entry.key).where}" has no effect here: ${row.meaning}`,
      at: entry.keyAt,
    });
  }
}

/** What a place is called in hints, with its preposition. */
const placeNames: Readonly<Record<Place, string>> = {
  file: 'at the top of the file',
  on: 'under "on:"',
  dispatch: 'under "on.workflow_dispatch:"',
  call: 'under "on.workflow_call:"',
  input: 'to an input',
  'call-output': 'to an output of "on.workflow_call:"',
  'call-secret': 'to a secret of "on.workflow_call:"',
  defaults: 'under "defaults:"',
  'defaults-run': 'under "defaults.run:"',
  concurrency: 'under "concurrency:"',
  stage: 'to a stage',
  strategy: 'under "strategy:"',
  step: 'to a step',
  retry: 'under "retry:" of a step',
  action: 'at the top of an action.yml',
  'action-input': 'to an input of an action',
  'action-output': 'to an output of an action',
  runs: 'under "runs:" of an action',
};

function hasRequired(place: Place): boolean {
  return keysOf(place).some((row) => row.required);
}
