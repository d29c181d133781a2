import { assert, suite } from '../../helpers/test.ts';
import { filesBelow, textOf } from './tree.ts';

const test = suite('house/specs');

const pages = filesBelow('specs', '.md').filter((file) => /\/\d{3}-/.test(file));

test('the index lists every page, in order', () => {
  const listed = [...textOf('specs/README.md').matchAll(/\]\((\d{3}-[^)]+\.md)\)/g)].map((match) => match[1]);
  assert.equal(
    listed,
    pages.map((file) => file.slice('specs/'.length)),
  );
});

test('every page has context, decision, rejected options and how we will know', () => {
  const headings = [/context/i, /decision/i, /rejected/i, /how we will know/i];
  const wrong = pages.filter((file) => !headings.every((heading) => heading.test(textOf(file))));
  assert.equal(wrong, []);
});

test('numbers are used once and the title repeats them', () => {
  const numbers = pages.map((file) => file.slice('specs/'.length, 'specs/'.length + 3));
  assert.is(new Set(numbers).size, numbers.length);
  for (const [at, file] of pages.entries()) {
    assert.match(textOf(file).split('\n')[0] ?? '', new RegExp(`^# ${numbers[at]}[.:]? `), file);
  }
});
