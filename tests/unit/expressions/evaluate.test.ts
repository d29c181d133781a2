import fc from 'fast-check';
import {
  checkReferences,
  compileCondition,
  compileTemplate,
  contextNames,
  dependenciesOf,
  evaluateCondition,
  evaluateTemplate,
  evaluateText,
  expressionLimits,
  isConstant,
  ourFunctions,
} from '../../../src/expressions/index.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { readYaml, type YamlNode } from '../../../src/lib/yaml.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('expressions/evaluate');

function node(text: string): YamlNode {
  const read = readYaml(text, 'a.yml').node;
  if (!read) throw new Error('empty');
  return read;
}

/** A scalar with this value, quoted so that YAML leaves it alone. */
const quoted = (value: string) => node(JSON.stringify(value));
const compiled = (value: string) => compileTemplate(quoted(value)).compiled;

test('a lazy value is made when it is read, and not before', () => {
  let made = 0;
  const contexts = {
    host: {
      name: 'c1',
      facts: () => {
        made += 1;
        return { cores: 4 };
      },
    },
  };
  assert.is(evaluateTemplate(compiled(`\${{ host.name }}`), { contexts }), 'c1');
  assert.is(made, 0);
  assert.is(
    evaluateTemplate(compiled(`\${{ host.facts.cores + host.facts.cores }}`.replace(' + ', ' == ')), {
      contexts,
    }),
    true,
  );
  assert.is(made, 1);
  assert.is(evaluateTemplate(compiled(`\${{ true || host.facts }}`), { contexts }), true);
  assert.is(made, 1);
});

test('text keeps what was written, a map becomes JSON', () => {
  assert.is(evaluateText(compileTemplate(node('1.10')).compiled, { contexts: {} }), '1.10');
  assert.is(evaluateText(compileTemplate(node('{ a: [1] }')).compiled, { contexts: {} }), '{"a":[1]}');
});

test('results are bounded in length, depth and number', async () => {
  const text = 'x'.repeat(200_000);
  const ten = `\${{ format('${'{0}'.repeat(100)}', a) }}`;
  await throwsCode(() => evaluateTemplate(compiled(ten), { contexts: { a: text } }), 'E_EXPRESSION_LIMIT');
  const many = Array.from({ length: 100 }, () => text);
  await throwsCode(
    () => evaluateTemplate(compiled(`\${{ join(a) }}`), { contexts: { a: many } }),
    'E_EXPRESSION_LIMIT',
  );
  let deep: unknown = 1;
  for (let i = 0; i < expressionLimits.resultDepth + 2; i++) deep = [deep];
  await throwsCode(
    () => evaluateTemplate(compiled(`\${{ a }}`), { contexts: { a: deep } }),
    'E_EXPRESSION_LIMIT',
  );
  const ring: Record<string, unknown> = {};
  ring['self'] = ring;
  await throwsCode(
    () => evaluateTemplate(compiled(`\${{ toJSON(a) }}`), { contexts: { a: ring } }),
    'E_EXPRESSION_LIMIT',
  );
  const wide = Array.from({ length: expressionLimits.resultValues + 1 }, () => 1);
  await throwsCode(
    () => evaluateTemplate(compiled(`\${{ a }}`), { contexts: { a: wide } }),
    'E_EXPRESSION_LIMIT',
  );
  await throwsCode(
    () =>
      evaluateTemplate(compiled(`\${{ toJSON(a.*) }}`), {
        contexts: { a: Object.fromEntries(wide.entries()) },
      }),
    'E_EXPRESSION_LIMIT',
  );
});

test('an expression is bounded in length and depth', () => {
  for (const text of [`\${{ '${'x'.repeat(21_000)}' }}`, `\${{ ${'('.repeat(60)}1${')'.repeat(60)} }}`]) {
    assert.equal(
      compileTemplate(quoted(text)).problems.map((one) => one.code),
      ['E_EXPRESSION_LIMIT'],
    );
  }
});

test('a failure carries the place of its expression, one of a function of ours keeps its code', () => {
  const at = (text: string, functions = {}) => {
    try {
      evaluateText(compileTemplate(node(text)).compiled, { contexts: {}, functions });
    } catch (error) {
      if (error instanceof UserError) return [error.code, error.at?.line, error.at?.column];
      throw error;
    }
    return undefined;
  };
  assert.equal(at(`|\n  one\n  two \${{ fromJSON('') }}\n`), ['E_EXPRESSION_VALUE', 3, 11]);
  const members = () => {
    throw new UserError('E_PIPELINE_VALUE', 'no such group');
  };
  assert.equal(at(`x \${{ members('a') }}`, { members }), ['E_PIPELINE_VALUE', 1, 7]);
});

test('a defect in a function of ours stays a defect', () => {
  const functions = {
    members: () => {
      throw new TypeError('ours');
    },
  };
  assert.throws(
    () => evaluateText(compiled(`\${{ members('a') }}`), { contexts: {}, functions }),
    (error: unknown) => error instanceof TypeError,
  );
});

test('a trace has the parts of a condition that were evaluated, with values', () => {
  const { compiled: condition } = compileCondition(node("a.b == 'x' && (c || never.read)"));
  const { value, trace } = evaluateCondition(
    condition,
    { contexts: { a: { b: 'X' }, c: 1 } },
    { trace: true },
  );
  assert.is(value, true);
  assert.equal(
    trace.map((one) => `${'  '.repeat(one.depth)}${one.text} is ${one.value}`),
    [
      '    a.b is "X"',
      "  a.b == 'x' is true",
      '      c is 1',
      '    c || never.read is 1',
      "a.b == 'x' && (c || never.read) is 1",
    ],
  );
  const off = evaluateCondition(condition, { contexts: {}, status: 'failure' }, { trace: true });
  assert.equal(off, { value: false, trace: [{ text: 'success()', value: 'false', depth: 0 }] });
  assert.equal(evaluateCondition(condition, { contexts: {} }).trace, []);
});

test('dependencies are the paths that are read, each once', () => {
  const template = compileTemplate(
    node(`{ a: '\${{ inputs.x }}', b: 'q \${{ needs.p.outputs[inputs.x] }} \${{ hosts.*.name }}', c: 1 }`),
  ).compiled;
  assert.equal(dependenciesOf(template), [
    ['inputs', 'x'],
    ['needs', 'p', 'outputs', undefined],
    ['hosts', '*', 'name'],
  ]);
  assert.is(isConstant(template), false);
  assert.is(isConstant(compiled('x')), true);
});

test('names are judged without their case, inside of indices and arguments too', () => {
  const contexts = { inputs: { open: false, keys: { Level: { open: true } }, noun: 'input' } };
  const codes = (text: string) =>
    checkReferences(compiled(text), { contexts, functions: ['hashFiles'] }).map((one) => one.code);
  assert.equal(codes(`\${{ INPUTS.level }} \${{ HASHFILES(inputs['LEVEL']) }}`), []);
  assert.equal(codes(`\${{ inputs[steps.a] }}`), ['E_EXPRESSION_CONTEXT']);
  assert.equal(codes(`\${{ format(inputs.lvl, members(1)) }}`), [
    'E_EXPRESSION_PROPERTY',
    'E_EXPRESSION_FUNCTION',
  ]);
  assert.equal(codes(`\${{ (inputs).lvl }}`), []);
  assert.ok(contextNames.includes('service') && ourFunctions.includes('url'));
});

test('no text makes the compiler or the evaluator throw anything but their own errors', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "'",
      "''",
      '(',
      ')',
      '[',
      ']',
      '.',
      '*',
      '!',
      '==',
      '&&',
      '||',
      '<',
      'a',
      'fromJSON',
      'case',
      'format',
    ),
    fc.constantFrom(
      "'{0}'",
      '1',
      '0x',
      '-',
      '+',
      'NaN',
      'toJSON(',
      'join',
      ', ',
      ' ',
      '\n',
      '}}',
      `\${{`,
      'a.b',
      'constructor',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const value = `\${{ ${pieces.join('')} }}`;
      const scalar = {
        kind: 'scalar',
        value,
        text: value,
        style: 'quoted',
        at: { file: 'a', line: 1, column: 1 },
      } as const;
      for (const { compiled: template, problems } of [compileTemplate(scalar)]) {
        if (problems.length > 0) return;
        try {
          evaluateTemplate(template, { contexts: { a: { b: [1, 'x'] } } });
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }
      compileCondition(scalar);
    }),
    { numRuns: 1_500 },
  );
});
