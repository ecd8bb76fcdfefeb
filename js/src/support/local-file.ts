// Files on a server's disk, which fetch() does not read.

interface Files {
  readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Returns `source`, or, for a `file:` address under Node, a promise of the file's bytes. It gets Node's module at run
 * time, so a bundle for pages has nothing to resolve.
 */
export function fileOr<Source>(source: Source): Source | Promise<Uint8Array<ArrayBuffer>> {
  if (!/^file:/.test(source instanceof URL || typeof source === 'string' ? String(source) : '')) return source;
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const files = process?.getBuiltinModule?.('node:fs/promises') as Files | undefined;
  return files ? files.readFile(new URL(String(source))) : source;
}
