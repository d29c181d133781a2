import { type Command, jsonOption } from './context.ts';

/** `slipway version`: what a bug report needs. */
export const versionCommand: Command = {
  options: [jsonOption],
  examples: [{ command: 'slipway version --json', does: 'the versions, for a bug report' }],
  run: async (_args, context) => {
    const { node, platform } = context.runtime;
    const data = { slipway: context.version, node, platform, toolRoot: context.toolRoot };
    const text = `slipway ${data.slipway} on Node ${node}, ${platform}, templates and pipelines of ${data.toolRoot}`;
    return { exitCode: 0, data, text };
  },
};
