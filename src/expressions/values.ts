import { UserError } from '../lib/errors.ts';
import { data } from './library.ts';
import { expressionLimits } from './model.ts';

/** A value of the language. */
export type Value = data.ExpressionData;

/** Turns plain data into values of the language, each object once, so that an object equals itself. */
export class ValueMaker {
  private readonly made = new WeakMap<object, Value>();

  value(plain: unknown): Value {
    let here = plain;
    for (let calls = 0; typeof here === 'function'; calls++) {
      if (calls > 10) return new data.Null();
      here = (here as () => unknown)();
    }
    if (here === null || here === undefined) return new data.Null();
    if (typeof here === 'string') return new data.StringData(here);
    if (typeof here === 'number') return new data.NumberData(here);
    if (typeof here === 'bigint') return new data.NumberData(Number(here));
    if (typeof here === 'boolean') return new data.BooleanData(here);
    if (typeof here !== 'object') return new data.StringData(String(here));
    const known = this.made.get(here);
    if (known) return known;
    const value = Array.isArray(here) ? new LazyList(here, this) : new LazyDictionary(here, this);
    this.made.set(here, value);
    return value;
  }
}

/** A dictionary over a plain object or a `Map`: case-insensitive, case-preserving, values made when they are read. */
class LazyDictionary extends data.Dictionary {
  private readonly source: object;
  private readonly maker: ValueMaker;
  private readonly read = new Map<string, Value>();
  private names: Map<string, string> | undefined;

  constructor(source: object, maker: ValueMaker) {
    super();
    this.source = source;
    this.maker = maker;
  }

  override get(key: string): Value | undefined {
    const name = this.has(key) ? key : this.index().get(key.toLowerCase());
    return name === undefined ? undefined : this.at(name);
  }

  override values(): Value[] {
    return this.keysOf().map((name) => this.at(name));
  }

  override pairs(): { key: string; value: Value }[] {
    return this.keysOf().map((key) => ({ key, value: this.at(key) }));
  }

  private has(key: string): boolean {
    return this.source instanceof Map ? this.source.has(key) : Object.hasOwn(this.source, key);
  }

  private keysOf(): string[] {
    return this.source instanceof Map ? [...this.source.keys()].map(String) : Object.keys(this.source);
  }

  private at(name: string): Value {
    const known = this.read.get(name);
    if (known) return known;
    const plain =
      this.source instanceof Map ? this.source.get(name) : (this.source as Record<string, unknown>)[name];
    const value = this.maker.value(plain);
    this.read.set(name, value);
    return value;
  }

  private index(): Map<string, string> {
    if (this.names) return this.names;
    const names = new Map<string, string>();
    for (const name of this.keysOf()) if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    this.names = names;
    return names;
  }
}

class LazyList extends data.Array {
  private readonly source: readonly unknown[];
  private readonly maker: ValueMaker;
  private whole: Value[] | undefined;

  constructor(source: readonly unknown[], maker: ValueMaker) {
    super();
    this.source = source;
    this.maker = maker;
  }

  override get(index: number): Value {
    return this.whole?.[index] ?? this.maker.value(this.source[index]);
  }

  override values(): Value[] {
    this.whole ??= this.source.map((one) => this.maker.value(one));
    return this.whole;
  }
}

/** Plain data of a value, lazy ones read. Throws E_EXPRESSION_LIMIT where it is too deep or too large. */
export function plainOf(value: Value): unknown {
  let count = 0;
  const walk = (here: Value, depth: number): unknown => {
    count += 1;
    if (depth > expressionLimits.resultDepth)
      throw tooLarge(`nested deeper than ${expressionLimits.resultDepth}`);
    if (count > expressionLimits.resultValues)
      throw tooLarge(`more than ${expressionLimits.resultValues} values`);
    if (isDictionary(here)) {
      return Object.fromEntries(here.pairs().map((pair) => [pair.key, walk(pair.value, depth + 1)]));
    }
    if (isList(here)) return here.values().map((one) => walk(one, depth + 1));
    if (here instanceof data.Null) return null;
    return (here as data.StringData | data.NumberData | data.BooleanData).value;
  };
  return walk(value, 0);
}

/** The text of a value, as `${{ }}` inside other text and `format` have it. */
export function textOf(value: Value): string {
  return value.coerceString();
}

/** True for a dictionary of the language. */
export function isDictionary(value: Value): value is data.Dictionary {
  return value.kind === data.Kind.Dictionary;
}

/** True for a list of the language. */
export function isList(value: Value): value is data.Array {
  return value.kind === data.Kind.Array;
}

/** The failure of an evaluation whose result passes `expressionLimits`. */
export function tooLarge(what: string): UserError {
  return new UserError('E_EXPRESSION_LIMIT', `the result of the expression is ${what}`, {
    hint: 'take only the part that is needed, such as one property of the object',
  });
}
