import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** With fused multiplication, as glibc takes it where the processor has it, or without. */
export type Way = 'fused' | 'plain';

/** Makes glibc take its functions without fused multiplication. */
export const PLAIN = { GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2' };

/** Whether this processor has what glibc wants for its functions with fused multiplication. */
export function hasFused(): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
  return flags.includes('fma') && flags.includes('avx2');
}

/** Compiles libm.c into a folder. Needs gcc. */
export function compileLibrary(folder: string): string {
  const program = path.join(folder, 'libm');
  execFileSync('gcc', ['-O2', '-o', program, fileURLToPath(new URL('libm.c', import.meta.url)), '-lm'], { stdio: 'inherit' });
  return program;
}

/** What the C library answers for arguments. */
export function askLibrary(program: string, name: string, rows: Float64Array, way: Way): Float64Array {
  const env = { ...process.env, ...(way === 'plain' ? PLAIN : {}) };
  const output = execFileSync(program, [name], { input: new Uint8Array(rows.buffer), maxBuffer: rows.byteLength, env });
  return new Float64Array(output.buffer.slice(output.byteOffset, output.byteOffset + output.length));
}
