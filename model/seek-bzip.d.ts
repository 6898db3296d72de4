declare module 'seek-bzip' {
  type Input = { readByte(): number; read(buffer: Uint8Array, at: number, length: number): number };
  type Output = { writeByte(byte: number): void };
  const bunzip: { decode(input: Input, output: Output, multistream: boolean): void };
  // biome-ignore lint/style/noDefaultExport: the package's own form
  export default bunzip;
}
