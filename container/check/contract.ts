import { CHECKS, type Finding, type Target } from './checks.ts';

/** Every line of the contract that can be seen from outside, one after another. Never throws for what a container does. */
export async function checkContainer(target: Target): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { line, optional, look } of CHECKS) {
    const result = await look(target).catch((error) => ({ holds: false, seen: reason(error) }));
    findings.push({
      line,
      seen: result.seen,
      verdict: result.holds ? 'pass' : optional && result.seen.startsWith('404') ? 'not offered' : 'FAIL',
    });
  }
  return findings;
}

function reason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? message);
}
