import { assert, suite } from '../../helpers/test.ts';
import { caseWorld, outcomeOf, pipelineCases } from './cases.ts';

const test = suite('pipeline/cases');

for (const { file, cases } of pipelineCases()) {
  for (const one of cases) {
    test(`${file}: ${one.name}`, () => {
      const { problems, plan } = outcomeOf(one);
      assert.is(problems, one.problems ?? '');
      assert.is(plan, one.plan ?? '');
    });
  }
}

test('a file with too many stages, and a stage with too many jobs', () => {
  const stages = Array.from({ length: 2_001 }, (_, i) => `  s${i}: { steps: [{ run: x }] }\n`);
  const many = outcomeOf({ name: '', file: `stages:\n${stages.join('')}` });
  assert.match(many.problems, 'main.yml:1:1: error E_PIPELINE_LIMIT: there are more than 2000 stages');
  const axis = Array.from({ length: 200 }, (_, i) => i).join(', ');
  const wide = outcomeOf({
    name: '',
    file: `stages:\n  a: { hosts: '*', strategy: { matrix: { n: [${axis}] } }, steps: [{ run: x }] }\n`,
    world: { ...caseWorld, selectHosts: () => Array.from({ length: 100 }, (_, i) => `h${i}`) },
  });
  assert.match(wide.problems, 'main.yml:2:3: error E_PIPELINE_LIMIT: the stage "a" would have 20000 jobs');
});

test('every error code of the room has a case', () => {
  const codes = [
    'E_PIPELINE_CYCLE',
    'E_PIPELINE_EXPRESSION',
    'E_PIPELINE_ID',
    'E_PIPELINE_IGNORED',
    'E_PIPELINE_KEY',
    'E_PIPELINE_MATRIX',
    'E_PIPELINE_NEEDS',
    'E_PIPELINE_OUTSIDE',
    'E_PIPELINE_RECURSION',
    'E_PIPELINE_SCOPE',
    'E_PIPELINE_SERVICE',
    'E_PIPELINE_SIDECAR',
    'E_PIPELINE_STAGE',
    'E_PIPELINE_STEP',
    'E_PIPELINE_USES',
    'E_PIPELINE_VALUE',
    'E_INPUT_CHOICE',
    'E_INPUT_MISSING',
    'E_INPUT_TYPE',
    'E_INPUT_UNKNOWN',
  ];
  const said = pipelineCases()
    .flatMap(({ cases }) => cases.map((one) => one.problems ?? ''))
    .join('\n');
  assert.equal(
    codes.filter((code) => !said.includes(`${code}:`)),
    [],
  );
});
