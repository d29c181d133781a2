import type { DoctorPorts, Finding } from './finding.ts';

const greatestSkewMs = 30_000;

/** The package mirror's answer, and this machine's clock against the mirror's. */
export async function checkMirror(mirror: string, suite: string, ports: DoctorPorts): Promise<Finding[]> {
  const url = `${mirror.replace(/\/+$/, '')}/dists/${suite}/InRelease`;
  const answer = await ports.head(url);
  if ('failed' in answer) {
    const advice = 'look at the network and its proxy settings, or name another mirror';
    return [{ check: 'mirror', state: 'broken', found: `${url}: ${answer.failed}`, advice }];
  }
  if (answer.status >= 400) {
    const advice = `the mirror has no suite ${suite}: name another mirror`;
    return [{ check: 'mirror', state: 'broken', found: `${url}: status ${answer.status}`, advice }];
  }
  const mirrorIsThere: Finding = { check: 'mirror', state: 'good', found: `${url} answers` };
  if (answer.date === undefined) return [mirrorIsThere];
  return [mirrorIsThere, judgeClock(ports.now() - answer.date)];
}

/** `skewMs` is positive where this machine's clock is ahead. */
export function judgeClock(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const found = `${seconds} s ${skewMs >= 0 ? 'ahead of' : 'behind'} the mirror's`;
  if (Math.abs(skewMs) <= greatestSkewMs) return { check: 'clock', state: 'good', found };
  const advice = 'synchronise it (chrony, systemd-timesyncd): tokens and certificates depend on the time';
  return { check: 'clock', state: 'warning', found, advice };
}

/**
 * The distribution's mirror of apt's settings, in one-line and deb822 forms (sources.list(5)): the first whose path ends
 * as a distribution's does, else the first of all.
 */
export function firstMirror(sources: string): string | undefined {
  const forms = /^[ \t]*(?:deb(?:[ \t]+\[[^\]]*\])?|URIs:)[ \t]+(https?:\/\/\S+)/gim;
  const all = [...sources.matchAll(forms)].map((match) => match[1] as string);
  return all.find((one) => /\/(debian|ubuntu)\/?$/.test(one)) ?? all[0];
}
