import { type Command, jsonOption } from './context.ts';

/** `slipway version`: what a bug report needs. */
export const versionCommand: Command = {
  options: [jsonOption],
  examples: [{ command: 'slipway version --json', does: 'the versions, for a bug report' }],
  run: async (_args, context) => {
    const data = { slipway: context.version, toolRoot: context.toolRoot };
    return { exitCode: 0, data, text: `slipway ${data.slipway} (${data.toolRoot})` };
  },
};
