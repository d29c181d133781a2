import {
  applyEvent,
  junitReporter,
  newRunModel,
  renderMarkdown,
  summarizeRun,
} from '../../../src/report/index.ts';
import { escapeXml } from '../../../src/report/junit.ts';
import { assert, suite } from '../../helpers/test.ts';
import { story, timed } from './story.ts';

const test = suite('report files');

function model() {
  const made = newRunModel();
  for (const event of timed(story)) applyEvent(made, event);
  return made;
}

test('JUnit has a suite a stage and names stage.host as the class', async () => {
  let xml = '';
  const reporter = junitReporter((text) => {
    xml = text;
  });
  for (const event of timed(story)) reporter.receive(event);
  await reporter.close();
  assert.match(xml, /<testsuite name="prechecks" tests="3" failures="1" skipped="1" time="7\.100">/);
  assert.match(xml, /<testcase classname="prechecks\.c1" name="containers" time="6\.200"\/>/);
  assert.match(xml, /<failure message="the script ended with exit code 1" type="E_STEP_EXIT">/);
  assert.match(xml, /<skipped message="it needs prechecks, which failed"\/>/);
});

test('text that XML cannot hold is left out or escaped', () => {
  assert.is(escapeXml('a\u0000b\u001b[1m<&">\ud800'), 'ab[1m&lt;&amp;&quot;&gt;');
});

test('the Markdown summary has the stages, the failure with its log, and the changes', () => {
  const text = renderMarkdown(model());
  assert.match(text, /^# deploy failed\n/);
  assert.match(text, /\| prechecks \| failure \| 1\/2 \| 6\.4 s \| failed: c2 \|/);
  assert.match(text, /```\nchecking 1\nchecking 2\n```/);
  assert.match(text, /\| c1 \| container keystone \| replace \| the image changed \|/);
});

test('the JSON summary is whole', () => {
  const summary = JSON.parse(JSON.stringify(summarizeRun(model())));
  assert.is(summary.conclusion, 'failure');
  assert.is(summary.stages[1].reason, 'it needs prechecks, which failed');
  assert.is(summary.failures[0].error.code, 'E_STEP_EXIT');
  assert.is(summary.stages[0].jobs.length, 2);
});
