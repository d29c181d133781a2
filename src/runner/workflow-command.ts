/** A command that a step prints for its runner: `::name key=value,…::message`. */
export type WorkflowCommand = {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
};

/**
 * Reads a line as a workflow command, or gives undefined where it is none. Names are lower case; `%25 %0D %0A` (and
 * `%3A %2C` in properties) are unescaped. Source: GitHub Docs, "Workflow commands for GitHub Actions", and the older
 * form `##[name key=value;…]message`.
 */
export function readWorkflowCommand(line: string): WorkflowCommand | undefined {
  const text = line.trimStart();
  if (!text.startsWith('::') && !text.startsWith('##[')) return undefined;
  const current = /^::([A-Za-z][\w-]*)(?: +(.*?))?::(.*)$/s.exec(text);
  const old = current ? undefined : /^##\[([A-Za-z][\w-]*)(?: +([^\]]*))?\](.*)$/s.exec(text);
  const match = current ?? old;
  if (!match) return undefined;
  return {
    name: (match[1] ?? '').toLowerCase(),
    properties: readProperties(match[2] ?? '', current ? ',' : ';'),
    message: unescapeMessage(match[3] ?? ''),
  };
}

function readProperties(text: string, separator: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const part of text.split(separator)) {
    const equals = part.indexOf('=');
    if (equals > 0) {
      const value = part.slice(equals + 1);
      properties[part.slice(0, equals).trim().toLowerCase()] = unescapeProperty(value);
    }
  }
  return properties;
}

function unescapeMessage(text: string): string {
  return text.replace(/%0D/gi, '\r').replace(/%0A/gi, '\n').replace(/%25/g, '%');
}

function unescapeProperty(text: string): string {
  return text
    .replace(/%0D/gi, '\r')
    .replace(/%0A/gi, '\n')
    .replace(/%3A/gi, ':')
    .replace(/%2C/gi, ',')
    .replace(/%25/g, '%');
}
