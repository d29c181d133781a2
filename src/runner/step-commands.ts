import type { Emit, StepRef } from '../lib/events.ts';
import type { Masker } from './masker.ts';
import type { WorkflowCommand } from './workflow-command.ts';

type CommandPorts = {
  readonly emit: Emit;
  readonly ref: StepRef;
  readonly masker: Masker;
  /** Where `set-output` writes. */
  readonly outputs: Record<string, string>;
};

/** Does what a printed command asks for; false for a command that is not known, whose line is then shown. */
export function handleCommand(command: WorkflowCommand, ports: CommandPorts): boolean {
  const { emit, ref } = ports;
  switch (command.name) {
    case 'debug':
    case 'notice':
    case 'warning':
    case 'error':
      annotate(command.name, command, ports);
      return true;
    case 'group':
      emit({ type: 'step.group', title: command.message, ...ref });
      return true;
    case 'endgroup':
      emit({ type: 'step.group', ...ref });
      return true;
    case 'add-mask':
      ports.masker.add(command.message);
      return true;
    case 'set-output':
      ports.outputs[command.properties['name'] ?? ''] = command.message;
      return true;
    case 'set-env':
    case 'add-path':
    case 'save-state':
      annotate('error', { ...command, properties: {}, message: refusal(command.name) }, ports);
      return true;
    case 'echo':
    case 'add-matcher':
    case 'remove-matcher':
      return true;
    default:
      return false;
  }
}

function refusal(name: string): string {
  const file = { 'set-env': 'ENV', 'add-path': 'PATH', 'save-state': 'STATE' }[name] ?? 'OUTPUT';
  return `::${name}:: is off; write to the file that $SLIPWAY_${file} names`;
}

function annotate(
  level: 'debug' | 'notice' | 'warning' | 'error',
  { properties, message }: WorkflowCommand,
  { emit, ref }: CommandPorts,
): void {
  const line = Number(properties['line']);
  const column = Number(properties['col']);
  emit({
    type: 'step.annotation',
    level,
    message,
    ...(properties['file'] !== undefined && { file: properties['file'] }),
    ...(Number.isInteger(line) && { line }),
    ...(Number.isInteger(column) && { column }),
    ...(properties['title'] !== undefined && { title: properties['title'] }),
    ...ref,
  });
}
