// Compiled inner loops and the memory they work on, which is the caller's: kernels keep nothing of their own in it.
import { readFileSync } from 'node:fs';

const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;

/** The kernel.wasm at a place, read and compiled when it is first asked for. */
export function compileOnce(kernel: URL): () => WebAssembly.Module {
  let compiled: WebAssembly.Module | undefined;
  return () => {
    compiled ??= new WebAssembly.Module(readFileSync(kernel));
    return compiled;
  };
}

/** Whether one memory can be that large. */
export function fitsMemory(bytes: number): boolean {
  return Math.ceil(bytes / PAGE_BYTES) < MOST_PAGES;
}

/** A memory of at least so many bytes, which never grows; threads may share it. */
export function takeMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}
