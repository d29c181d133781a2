import fc from 'fast-check';
import { hasErrors, UserError } from '../../../src/lib/errors.ts';
import { loadPipeline, pipelineKeys, planPipeline } from '../../../src/pipeline/index.ts';
import { assert, suite } from '../../helpers/test.ts';
import { caseActions, caseWorld } from './cases.ts';

const test = suite('pipeline/properties');

/** Loads and, if nothing is wrong, plans: anything that is thrown but a UserError is a defect. */
function survives(text: string): boolean {
  const files: Readonly<Record<string, string>> = { 'main.yml': text, 'other.yml': text };
  const { pipeline, problems } = loadPipeline({
    file: 'main.yml',
    readText: (name) => files[name],
    actions: caseActions,
  });
  for (const one of problems) {
    assert.ok(one.message.length > 0 && one.message.length < 2_000, one.message.slice(0, 200));
    if (one.at) assert.ok(one.at.line >= 1 && one.at.column >= 1);
  }
  if (!pipeline || hasErrors(problems)) return true;
  try {
    planPipeline(pipeline, {}, caseWorld);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return true;
}

const keys = [...new Set(pipelineKeys.map((row) => row.key))];
const scalar = fc.oneof(
  fc.constantFrom('x', '1.10', 'true', '~', '!x', '*a', '&a b', '"', '- ', '{', '[', '|', '>', '#', '<<: *a'),
  fc.constantFrom(
    `\${{ inputs.a }}`,
    '${{ ',
    `\${{ fromJSON('[1]') }}`,
    '${{ !x',
    'all',
    'c1,c2',
    './other.yml',
  ),
  fc.string({ maxLength: 12 }),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...keys, 'a', 'b'), tie('node'), { maxKeys: 5 }),
  ),
}));

test('no text makes the loader throw or hang', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), survives), { numRuns: 300 });
});

test('no YAML-like text does', () => {
  const line = fc
    .tuple(
      fc.nat(6),
      fc.constantFrom(...keys, '- ', 'a', '?', ''),
      fc.constantFrom(': ', ':', ' ', ''),
      scalar,
    )
    .map(([indent, key, colon, value]) => `${' '.repeat(indent)}${key}${colon}${value}`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => survives(lines.join('\n'))),
    { numRuns: 400 },
  );
});

test('no tree of the keys of the language does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), tree.node, { maxKeys: 8 }), (data) =>
      survives(JSON.stringify(data)),
    ),
    { numRuns: 400 },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), tree.node, { maxKeys: 3 }), (stages) =>
      survives(JSON.stringify({ stages })),
    ),
    { numRuns: 400 },
  );
});

test('bombs of aliases, depth and length end as problems', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++)
    bomb.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  for (const text of [
    bomb.join('\n'),
    `stages: ${'['.repeat(5_000)}`,
    `stages: ${'{ a: '.repeat(5_000)}`,
    `name: ${'x'.repeat(5 * 1024 * 1024)}`,
    `stages: { a: { if: "${'('.repeat(20_000)}", steps: [{ run: x }] } }`,
    `stages: { a: { if: "${'!'.repeat(20_000)}x", steps: [{ run: x }] } }`,
  ]) {
    const started = Date.now();
    const { problems } = loadPipeline({ file: 'main.yml', readText: () => text, actions: caseActions });
    assert.ok(hasErrors(problems), text.slice(0, 40));
    assert.ok(Date.now() - started < 5_000, `${text.slice(0, 40)} took ${Date.now() - started} ms`);
  }
});
