import { assert, suite } from '../../helpers/test.ts';
import { filesBelow, textOf } from './tree.ts';

const test = suite('house/sizes');

/** Past `warn` a file asks to be split by concept, past `fail` it must be. */
const limits = { warn: 250, fail: 400, functionLines: 40 } as const;

const files = [...filesBelow('src', '.ts'), ...filesBelow('tests', '.ts'), ...filesBelow('tools', '.ts')];
const sizes = files.map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }));

test(`no file is longer than ${limits.fail} lines`, () => {
  const long = sizes.filter((one) => one.lines > limits.warn);
  for (const one of long) process.stdout.write(`  note: ${one.file} has ${one.lines} lines\n`);
  assert.equal(
    sizes.filter((one) => one.lines > limits.fail),
    [],
  );
});

test(`no function of src is longer than ${limits.functionLines} lines`, () => {
  const long = filesBelow('src', '.ts').flatMap((file) =>
    functionsOf(textOf(file))
      .filter((one) => one.lines > limits.functionLines)
      .map((one) => `${file}:${one.line} ${one.name} has ${one.lines} lines`),
  );
  assert.equal(long, []);
});

test('no mark of unfinished work is left', () => {
  const marks = new RegExp(
    `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b|not ${'implemented'}`,
  );
  const wrong = [...filesBelow('src', '.ts'), ...filesBelow('pipelines', '.yml')].filter((file) =>
    marks.test(textOf(file)),
  );
  assert.equal(wrong, []);
});

type FunctionSize = { readonly name: string; readonly line: number; readonly lines: number };

/** Functions and methods by the indentation of their first and last line, which the formatter guarantees. */
function functionsOf(text: string): FunctionSize[] {
  const lines = text.split('\n');
  const found: FunctionSize[] = [];
  for (const [at, line] of lines.entries()) {
    const begins =
      /^(\s*)(?:export )?(?:async )?function\*? (\w+)/.exec(line) ??
      /^( {2})(?:private |static |readonly |async )*(\w+)\(.*\{$/.exec(line);
    if (!begins || /^\s*(if|for|while|switch|return)\b/.test(line)) continue;
    const end = lines.findIndex((other, index) => index > at && other.startsWith(`${begins[1]}}`));
    if (end !== -1) found.push({ name: begins[2] as string, line: at + 1, lines: end - at + 1 });
  }
  return found;
}
