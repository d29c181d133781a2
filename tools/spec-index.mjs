import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Writes the list of pages in specs/README.md anew, from the titles of the pages.
const specs = join(import.meta.dirname, '../specs');
const pages = readdirSync(specs)
  .filter((name) => /^\d{3}-.*\.md$/.test(name))
  .sort();
const rows = pages.map((name) => {
  const title = readFileSync(join(specs, name), 'utf8').split('\n')[0].replace(/^#\s*/, '');
  return `- [${title}](${name})`;
});
const readme = join(specs, 'README.md');
const head = readFileSync(readme, 'utf8')
  .replace(/\n- \[[\s\S]*$/, '\n')
  .trimEnd();
writeFileSync(readme, `${head}\n\n${rows.join('\n')}\n`);
