/** An image that a Dockerfile takes from: a `FROM`, or a `COPY --from` of something that is no stage. */
export type DockerfileSource = {
  readonly reference: string;
  /** 0-based line of the Dockerfile. */
  readonly line: number;
};

/** Reads from which images a Dockerfile takes. Stages of its own and `scratch` are none. */
export function readDockerfileSources(dockerfile: string): {
  sources: DockerfileSource[];
  hasFrom: boolean;
} {
  const stages = new Set<string>(['scratch']);
  const sources: DockerfileSource[] = [];
  let hasFrom = false;
  let stageCount = 0;
  for (const { text, line } of instructions(dockerfile)) {
    const from = /^FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?/i.exec(text);
    const copied = /^COPY\s(?:.*\s)?--from=(\S+)/i.exec(text)?.[1];
    const reference = from?.[1] ?? copied;
    if (reference !== undefined && !isStage(reference, stages, from ? 0 : stageCount)) {
      sources.push({ reference, line });
    }
    if (!from) continue;
    hasFrom = true;
    stageCount += 1;
    if (from[2]) stages.add(from[2].toLowerCase());
  }
  return { sources, hasFrom };
}

function isStage(reference: string, stages: ReadonlySet<string>, stageCount: number): boolean {
  if (stages.has(reference.toLowerCase())) return true;
  return /^\d+$/.test(reference) && Number(reference) < stageCount;
}

/** Instructions with the line where each begins; comments and continuation lines are taken out. */
function* instructions(dockerfile: string): Generator<{ text: string; line: number }> {
  let text = '';
  let start = 0;
  for (const [line, raw] of dockerfile.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    if (text === '') start = line;
    text += `${raw.trim().replace(/\\$/, '')} `;
    if (/\\\s*$/.test(raw)) continue;
    yield { text: text.trim(), line: start };
    text = '';
  }
  if (text !== '') yield { text: text.trim(), line: start };
}
