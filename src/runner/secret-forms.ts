/**
 * The ways in which a secret may come out of a program: as it is, line by line, and escaped for JSON, URLs, shells,
 * and base64 (also inside a longer text, whatever it begins at, and broken into lines by `base64`).
 */
export function secretForms(secret: string): readonly string[] {
  const forms = new Set<string>();
  const add = (form: string) => {
    if (form.length > 1) forms.add(form);
  };
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  for (const text of [secret, secret.trim(), ...(lines.length > 1 ? lines : [])]) {
    if (text.length < 2) continue;
    add(text);
    for (const form of escapedForms(text)) add(form);
    for (const form of base64Forms(Buffer.from(text, 'utf8'))) add(form);
  }
  return [...forms];
}

function escapedForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const component = safely(() => encodeURIComponent(text));
  const strict = component.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return [
    json,
    json.replaceAll('/', '\\/'),
    asciiJson(json),
    JSON.stringify(json).slice(1, -1),
    component,
    strict,
    strict.replaceAll('%20', '+'),
    strict.replace(/%[0-9A-F]{2}/g, (c) => c.toLowerCase()),
    safely(() => encodeURI(text)),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/["\\$`]/g, '\\$&'),
    text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c),
  ];
}

function asciiJson(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function safely(encode: () => string): string {
  try {
    return encode();
  } catch {
    return '';
  }
}

const wrapColumns = [64, 76] as const;

function base64Forms(bytes: Buffer): string[] {
  if (bytes.length < 4) return [bytes.toString('base64')];
  const forms: string[] = [];
  for (const shift of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const first = Math.ceil((shift * 8) / 6);
    forms.push(text.slice(first, Math.floor(((shift + bytes.length) * 8) / 6)));
  }
  const withBreak = Buffer.concat([bytes, Buffer.from('\n')]);
  const whole = [bytes.toString('base64'), withBreak.toString('base64')];
  forms.push(...whole, ...whole.map((text) => text.replace(/=+$/, '')));
  for (const text of whole) {
    for (const columns of wrapColumns) {
      for (let at = 0; text.length > columns && at < text.length; at += columns) {
        const part = text.slice(at, at + columns);
        if (part.length >= 8) forms.push(part);
      }
    }
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
