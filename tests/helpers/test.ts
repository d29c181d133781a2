import { suite as uvuSuite } from 'uvu';
import * as assert from 'uvu/assert';

/** What one test process has seen; `tests/run.ts` reads it when the process ends. */
export type Tally = {
  passed: number;
  failed: number;
  skipped: number;
  failures: { suite: string; test: string; error: string }[];
};

const scope = globalThis as { slipwayTally?: Tally };
scope.slipwayTally ??= { passed: 0, failed: 0, skipped: 0, failures: [] };
const tally = scope.slipwayTally;

type Body = () => void | Promise<void>;

/** A suite: call it to add a test; `skip` counts as what should have run and did not, and says why. */
export type Suite = {
  (name: string, body: Body): void;
  skip: (name: string, why: string) => void;
  before: (body: Body) => void;
  after: (body: Body) => void;
  beforeEach: (body: Body) => void;
  afterEach: (body: Body) => void;
};

/**
 * uvu's suite without its holes (0.5.6 exits 0 when `before` or `after.each` throws and when `.run()` is forgotten):
 * hooks that throw are failures, and a suite runs without being told to.
 */
export function suite(name: string): Suite {
  const inner = uvuSuite(name);
  const fail = (test: string, error: unknown) => {
    tally.failed += 1;
    tally.failures.push({ suite: name, test, error: describe(error) });
  };
  let broken = false;
  let hookFailed: string | undefined;
  const hook = (label: string, body: Body, breaks: boolean) => async () => {
    try {
      await body();
    } catch (error) {
      fail(label, error);
      hookFailed = label;
      if (breaks) broken = true;
    }
  };
  let defined = 0;
  const add = (test: string, body: Body) => {
    defined += 1;
    inner(test, async () => {
      if (broken) {
        fail(test, new Error(`not run: ${hookFailed} of the suite failed`));
        throw new Error(`not run: ${hookFailed} of the suite failed`);
      }
      try {
        await body();
        tally.passed += 1;
      } catch (error) {
        fail(test, error);
        throw error;
      }
    });
  };
  setTimeout(() => {
    if (defined === 0) fail('define', new Error('no test was added in the same turn as the suite was made'));
    inner.run();
  });
  return Object.assign(add, {
    skip: (test: string, why: string) => {
      defined += 1;
      tally.skipped += 1;
      process.stdout.write(`  SKIPPED ${name}: ${test}: ${why}\n`);
    },
    before: (body: Body) => inner.before(hook('before', body, true)),
    after: (body: Body) => inner.after(hook('after', body, false)),
    beforeEach: (body: Body) => inner.before.each(hook('beforeEach', body, false)),
    afterEach: (body: Body) => inner.after.each(hook('afterEach', body, false)),
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error && error.details ? `\n${error.details}` : '';
  return `${error.stack ?? error.message}${details}`;
}

/** Asserts that `body` throws (or rejects with) a UserError of this code, and returns it. */
export async function throwsCode(
  body: () => unknown,
  code: string,
): Promise<Error & { code: string; hint?: string }> {
  try {
    await body();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) {
      return error as Error & { code: string; hint?: string };
    }
    throw error;
  }
  assert.unreachable(`expected an error ${code}, but nothing was thrown`);
  throw new Error('unreachable');
}

export { assert };
