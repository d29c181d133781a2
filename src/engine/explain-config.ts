import { unpackFiles } from './config-archive.ts';
import { diffFile, type FileDiff, reasonOf } from './config-diff.ts';
import { configDirectory, kollaDirectory } from './container-config.ts';
import type { ContainerPlan } from './container-plan.ts';
import type { Engine } from './port.ts';

/**
 * Says which lines of which files change, where a plan changes a container's configuration: reads what the container
 * has. One read-only call for such a plan, none for any other. Where it cannot be read the plan stays as it is.
 */
export async function explainConfig(engine: Engine, plan: ContainerPlan): Promise<ContainerPlan> {
  if (plan.comparesWith === undefined) return plan;
  const archive = await engine.getArchive(plan.comparesWith, `${kollaDirectory}/${configDirectory}`);
  if (!archive) return plan;
  const before = await unpackFiles(archive);
  const diffs = plan.spec.files.flatMap((file) => {
    const old = before.get(`${configDirectory}/${file.path}`);
    return old === undefined ? [] : (diffFile(file, old) ?? []);
  });
  if (diffs.length === 0) return plan;
  const reasons = plan.reasons.map((reason) => lineReason(reason, diffs));
  const diff = diffs.map((one) => one.text).join('\n');
  return { ...plan, reasons, changes: plan.changes.map((change) => ({ ...change, reasons, diff })) };
}

/** The hash of a file tells that it changes, its content tells where. */
function lineReason(reason: string, diffs: readonly FileDiff[]): string {
  const known = diffs.find((diff) => reason === `${diff.path} changes`);
  return known ? reasonOf(known) : reason;
}
